"""A challenge and who may see it; the task itself is in the specification of its dataset versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from challenges.models.role import RoleName

if TYPE_CHECKING:
    from challenges.models.phase import Phase


class ChallengeStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"


class Visibility(models.TextChoices):
    PUBLIC = "public", "Public: on the home page and for everyone"
    UNLISTED = "unlisted", "Unlisted: for whoever has the address"
    PRIVATE = "private", "Private: for those who were invited"


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def public(self) -> ChallengeQuerySet:
        """Challenges that anyone who knows the address may see."""
        return self.exclude(status=ChallengeStatus.DRAFT).exclude(visibility=Visibility.PRIVATE)

    def visible_to(self, user: Any) -> ChallengeQuerySet:
        """Challenges that ``user`` may see.

        Public ones; private ones in which they have a role; drafts in which they have a role other than participant.
        """
        if user.is_active and user.is_staff:
            return self.all()
        if not user.is_authenticated:
            return self.public()
        # Subqueries instead of joins, so that nothing is returned twice.
        own = models.Q(pk__in=user.challenge_roles.values("challenge"))
        making = models.Q(pk__in=user.challenge_roles.exclude(name=RoleName.PARTICIPANT).values("challenge"))
        public = ~models.Q(status=ChallengeStatus.DRAFT) & ~models.Q(visibility=Visibility.PRIVATE)
        return self.filter(public | (own & ~models.Q(status=ChallengeStatus.DRAFT)) | making)

    def listed_for(self, user: Any) -> ChallengeQuerySet:
        """Challenges that lists show to ``user``; an unlisted one only if they have a role in it."""
        visible = self.visible_to(user)
        if not user.is_authenticated:
            return visible.exclude(visibility=Visibility.UNLISTED)
        if user.is_active and user.is_staff:
            return visible
        return visible.exclude(
            ~models.Q(pk__in=user.challenge_roles.values("challenge")), visibility=Visibility.UNLISTED
        )


class Challenge(models.Model):
    Status = ChallengeStatus
    Visibility = Visibility

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=100)
    summary = models.CharField(max_length=300)
    kind = models.CharField(max_length=30)
    domain = models.CharField(max_length=30)
    status = models.CharField(max_length=10, choices=ChallengeStatus.choices, default=ChallengeStatus.DRAFT)
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC)
    forum_url = models.URLField(max_length=300, blank=True, help_text="Where the organizer answers questions.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ("title", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "published", "archived"]), name="challenge_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(visibility__in=["public", "unlisted", "private"]),
                name="challenge_visibility_is_known",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        return self.status == ChallengeStatus.PUBLISHED

    @property
    def current_phase(self) -> Phase | None:
        """The phase that pages show: the open one, else the last that was open, else the next.

        Works on the prefetched ``phases``, so a list of challenges costs one query for all of them.
        """
        now = timezone.now()
        phases = sorted(self.phases.all(), key=lambda phase: (phase.starts_at, phase.pk))
        started = [phase for phase in phases if phase.starts_at <= now]
        running = [phase for phase in started if phase.is_open_at(now)]
        candidates = running or started or phases[:1]
        return candidates[-1] if candidates else None

    def phase_named(self, name: str) -> Phase | None:
        """The phase of this name, None if there is none. Works on the prefetched ``phases`` too."""
        return next((phase for phase in self.phases.all() if phase.name == name), None)
