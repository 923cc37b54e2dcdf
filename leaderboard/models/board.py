"""The prepared board, and its versions.

The current board is written whenever a score is recorded, so that a page or API call reads it in one query. When the
data or the scorer changes, everything is scored again for a new version while the old one remains visible. Then the
new version becomes current, and the old one is saved as it was.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from leaderboard.models.submission import Division


class BoardState(models.TextChoices):
    COMPUTING = "computing", "Being computed"
    CURRENT = "current", "Current"
    SUPERSEDED = "superseded", "Superseded"


class BoardCause(models.TextChoices):
    FIRST = "first", "First scores"
    FINAL = "final", "Hidden part of the test set"
    DATA = "data", "New version of the data"
    SCORER = "scorer", "New version of the scorer"


class BoardVersion(models.Model):
    """A phase's board as scored on one version of the data and by one version of the scorer.

    ``content`` is the whole board as plain data, written once when the version is superseded. ``changes`` has each
    entry's rank before and after, written when the version becomes current.
    """

    State = BoardState
    Cause = BoardCause

    phase = models.ForeignKey("challenges.Phase", on_delete=models.CASCADE, related_name="board_versions")
    number = models.PositiveIntegerField()
    dataset_version = models.ForeignKey("challenges.DatasetVersion", on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=10, choices=BoardCause.choices, default=BoardCause.FIRST)
    note = models.CharField(max_length=300, blank=True, help_text="Why, for everyone to read.")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=BoardState.choices, default=BoardState.CURRENT)
    content = models.JSONField(null=True, blank=True)
    changes = models.JSONField(null=True, blank=True)
    renamings = models.PositiveIntegerField(
        default=0, editable=False, help_text="How often the name of a team on it was changed."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    current_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("phase", "number")
        constraints = (
            models.UniqueConstraint(fields=["phase", "number"], name="board_version_number_is_unique"),
            models.UniqueConstraint(
                fields=["phase"], condition=Q(state="current"), name="board_version_one_is_current"
            ),
            models.UniqueConstraint(
                fields=["phase"], condition=Q(state="computing"), name="board_version_one_is_computed"
            ),
            models.CheckConstraint(
                condition=Q(state="superseded", content__isnull=False) | ~Q(state="superseded"),
                name="board_version_kept_when_superseded",
            ),
        )

    def __str__(self) -> str:
        return f"board {self.number} of phase {self.phase_id}"


class BoardEntry(models.Model):
    phase = models.ForeignKey("challenges.Phase", on_delete=models.CASCADE, related_name="board")
    submission = models.OneToOneField("leaderboard.Submission", on_delete=models.CASCADE, related_name="board_entry")
    team = models.ForeignKey("leaderboard.Team", on_delete=models.CASCADE, related_name="+")
    division = models.CharField(max_length=10, choices=Division.choices, default=Division.CLOSED)
    score = models.FloatField()
    position = models.PositiveIntegerField(help_text="Place in the list of all entries, without ties.")
    rank_all = models.PositiveIntegerField()
    rank_best = models.PositiveIntegerField(null=True, help_text="Empty: the team has a better entry.")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ("phase", "division", "position")
        verbose_name_plural = "board entries"
        indexes = (models.Index(fields=["phase", "position"], condition=Q(rank_best__isnull=False), name="board_best"),)
        constraints = (
            models.UniqueConstraint(fields=["phase", "division", "position"], name="board_position_is_unique"),
            models.CheckConstraint(
                condition=Q(rank_all__gte=1) & Q(position__gte=F("rank_all")), name="board_rank_not_after_position"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rank_all}. {self.submission_id}"
