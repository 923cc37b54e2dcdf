"""What a team submitted. After it is accepted, only its current evaluation, standing and refund can change."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from challenges.models.challenge import Visibility
from challenges.models.dataset import SHA256
from challenges.models.role import JUDGES


class Division(models.TextChoices):
    CLOSED = "closed", "Closed"
    OPEN = "open", "Open"


class Standing(models.TextChoices):
    COUNTS = "counts", "Counts"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DISQUALIFIED = "disqualified", "Disqualified"


def _private() -> Q:
    return Q(phase__challenge__visibility=Visibility.PRIVATE)


def _with_role(user: Any, names: Collection[str] = ()) -> Q:
    """Submissions to challenges in which ``user`` has a role, or one of the roles ``names``."""
    roles = user.challenge_roles.filter(name__in=names) if names else user.challenge_roles
    return Q(phase__challenge__in=roles.values("challenge"))


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def owned_by(self, user: Any) -> SubmissionQuerySet:
        """Submissions of the teams that ``user`` is in, except to private challenges that ``user`` cannot access."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(~_private() | _with_role(user), team__in=user.teams.all())

    def readable_by(self, user: Any) -> SubmissionQuerySet:
        """Submissions whose files, checks and messages ``user`` may read.

        These are the submissions of the user's own teams and those to challenges that the user judges or organizes.
        Staff may read all.
        """
        if user.is_active and user.is_staff:
            return self.all()
        if not user.is_authenticated:
            return self.none()
        own = Q(team__in=user.teams.all()) & (~_private() | _with_role(user))
        return self.filter(own | _with_role(user, JUDGES))

    def viewable_by(self, user: Any) -> SubmissionQuerySet:
        """Submissions whose page ``user`` may view: also any that is or was on a board that ``user`` may see."""
        if user.is_active and user.is_staff:
            return self.all()
        # Subqueries and not joins: a join over memberships could return a submission twice.
        once_on_board = Q(board_entry__isnull=False) | ~Q(standing=Standing.COUNTS)
        on_board = once_on_board & ~Q(phase__challenge__status="draft")
        if not user.is_authenticated:
            return self.filter(on_board & ~_private())
        known = ~_private() | _with_role(user)
        own = Q(team__in=user.teams.all())
        return self.filter((known & (on_board | own)) | _with_role(user, JUDGES))

    def with_summary(self) -> SubmissionQuerySet:
        """Loads all that a list or a page shows, in one query; the long result text is not loaded."""
        return self.select_related("evaluation__job", "team", "phase__challenge", "created_by", "board_entry").defer(
            "evaluation__result"
        )

    def counted(self) -> SubmissionQuerySet:
        """Submissions that count against the limits of a phase."""
        return self.filter(refunded=False, is_baseline=False)


class Submission(models.Model):
    class Client(models.TextChoices):
        WEB = "web", "Web"
        API = "api", "API"
        BASELINE = "baseline", "Baseline"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    phase = models.ForeignKey("challenges.Phase", on_delete=models.PROTECT, related_name="submissions")
    team = models.ForeignKey("leaderboard.Team", on_delete=models.PROTECT, related_name="submissions")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="submissions"
    )
    name = models.CharField(max_length=80)
    division = models.CharField(max_length=10, choices=Division.choices, default=Division.CLOSED)
    standing = models.CharField(
        max_length=12,
        choices=Standing.choices,
        default=Standing.COUNTS,
        help_text="Changed by a decision only, which stays on record.",
    )
    is_baseline = models.BooleanField(default=False)
    baseline = models.CharField(max_length=60, blank=True, help_text="The registry's name of the baseline.")
    client = models.CharField(max_length=10, choices=Client.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    quota_day = models.DateField(help_text="The day (UTC) on which it counts.")
    refunded = models.BooleanField(default=False, help_text="It does not count against the team's limits.")
    check_report = models.JSONField(default=dict)
    evaluation = models.ForeignKey(
        "leaderboard.Evaluation",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The current one; earlier ones stay on record.",
    )

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["phase", "team", "quota_day"], name="submission_quota"),
            models.Index(fields=["team", "-created_at"], name="submission_of_team"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(is_baseline=False, baseline="") | (Q(is_baseline=True) & ~Q(baseline="")),
                name="submission_baseline_has_its_name",
            ),
            models.UniqueConstraint(
                fields=["phase", "baseline"], condition=Q(is_baseline=True), name="submission_baseline_once_in_a_phase"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="submission_has_a_name"),
            models.CheckConstraint(condition=Q(division__in=["closed", "open"]), name="submission_division_is_known"),
            models.CheckConstraint(
                condition=Q(standing__in=["counts", "withdrawn", "disqualified"]), name="submission_standing_is_known"
            ),
            models.CheckConstraint(
                condition=Q(client__in=["web", "api", "baseline"]), name="submission_client_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.name


class SubmissionFile(models.Model):
    """One file of a submission; its bytes are in the object store under their SHA-256."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, validators=[SHA256])
    size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("submission", "name")
        constraints = (models.UniqueConstraint(fields=["submission", "name"], name="submission_file_name_is_unique"),)

    def __str__(self) -> str:
        return self.name
