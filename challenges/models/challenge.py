"""A challenge as the site knows it; what it asks for is in the specification of its dataset versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from challenges.models.phase import Phase


class ChallengeStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def public(self) -> ChallengeQuerySet:
        """What everyone may see."""
        return self.exclude(status=ChallengeStatus.DRAFT)

    def visible_to(self, user: Any) -> ChallengeQuerySet:
        """Drafts are shown to staff only; to others they do not exist."""
        return self.all() if user.is_active and user.is_staff else self.public()


class Challenge(models.Model):
    Status = ChallengeStatus

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    summary = models.CharField(max_length=300)
    kind = models.CharField(max_length=30)
    domain = models.CharField(max_length=30)
    status = models.CharField(max_length=10, choices=ChallengeStatus.choices, default=ChallengeStatus.DRAFT)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ("title", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "published", "archived"]), name="challenge_status_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        return self.status == ChallengeStatus.PUBLISHED

    @property
    def current_phase(self) -> Phase | None:
        """The phase that pages show: the one that is open, else the last that was, else the first to come.

        Works on the prefetched ``phases``, so a list of challenges costs one query for all of them.
        """
        now = timezone.now()
        phases = sorted(self.phases.all(), key=lambda phase: (phase.starts_at, phase.pk))
        started = [phase for phase in phases if phase.starts_at <= now]
        running = [phase for phase in started if phase.is_open_at(now)]
        candidates = running or started or phases[:1]
        return candidates[-1] if candidates else None
