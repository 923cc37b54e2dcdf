"""The prepared board. It is written whenever a score lands, so that a page or API call reads it in one query."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class BoardEntry(models.Model):
    phase = models.ForeignKey("challenges.Phase", on_delete=models.CASCADE, related_name="board")
    submission = models.OneToOneField("leaderboard.Submission", on_delete=models.CASCADE, related_name="board_entry")
    team = models.ForeignKey("leaderboard.Team", on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    position = models.PositiveIntegerField(help_text="Place in the list of all entries, without ties.")
    rank_all = models.PositiveIntegerField()
    rank_best = models.PositiveIntegerField(null=True, help_text="Empty: the team has a better entry.")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ("phase", "position")
        verbose_name_plural = "board entries"
        indexes = (models.Index(fields=["phase", "position"], condition=Q(rank_best__isnull=False), name="board_best"),)
        constraints = (
            models.UniqueConstraint(fields=["phase", "position"], name="board_position_is_unique"),
            models.CheckConstraint(
                condition=Q(rank_all__gte=1) & Q(position__gte=F("rank_all")), name="board_rank_not_after_position"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rank_all}. {self.submission_id}"
