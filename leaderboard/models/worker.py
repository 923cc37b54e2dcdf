from django.db import models


class WorkerPulse(models.Model):
    """A sign of life of one worker; the site has no other way to see whether anybody scores."""

    name = models.CharField(max_length=120, primary_key=True)
    host = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    sandbox_ok = models.BooleanField()
    sandbox_reason = models.CharField(max_length=300, blank=True)
    concurrency = models.PositiveIntegerField()

    class Meta:
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return self.name
