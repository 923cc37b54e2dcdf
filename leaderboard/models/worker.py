from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone


class WorkerHeartbeatQuerySet(models.QuerySet["WorkerHeartbeat"]):
    def alive(self) -> WorkerHeartbeatQuerySet:
        """Workers with a recent heartbeat."""
        fresh = timedelta(seconds=max(15.0, 4 * settings.HEARTBEAT_SECONDS))
        return self.filter(seen_at__gte=timezone.now() - fresh)


class WorkerHeartbeat(models.Model):
    """The heartbeat of one worker; the site has no other way to see whether a worker is running."""

    name = models.CharField(max_length=120, primary_key=True)
    host = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    sandbox_ok = models.BooleanField()
    sandbox_name = models.CharField(max_length=40, blank=True)
    sandbox_reason = models.CharField(max_length=600, blank=True)
    concurrency = models.PositiveIntegerField()

    objects = WorkerHeartbeatQuerySet.as_manager()

    class Meta:
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return self.name
