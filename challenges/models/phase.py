"""A span of time in which a challenge takes submissions on one version of its data."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import models
from django.utils import timezone

PhaseState = Literal["upcoming", "open", "closed"]


class Phase(models.Model):
    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.PROTECT, related_name="phases")
    round = models.ForeignKey(
        "challenges.Round", on_delete=models.PROTECT, null=True, blank=True, related_name="phases"
    )
    dataset_version = models.ForeignKey("challenges.DatasetVersion", on_delete=models.PROTECT, related_name="phases")
    final_dataset_version = models.ForeignKey(
        "challenges.DatasetVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The same data with the hidden part of the test set. Nothing is scored on it before the end.",
    )
    name = models.CharField(max_length=60)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it stays open.")
    time_zone = models.CharField(max_length=60, default="UTC", help_text="In which its organizer thinks.")
    freezes_at = models.DateTimeField(
        null=True, blank=True, help_text="From then to the end the board shows others what was sent before."
    )
    review_ends_at = models.DateTimeField(
        null=True, blank=True, help_text="Entries can be questioned from the end until then; then results are official."
    )
    open_division = models.BooleanField(
        default=False, help_text="Entries that break the rules of the closed division have a board of their own."
    )
    max_team_size = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: no limit.")
    daily_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Submissions of a team in a day (UTC). Empty: no limit."
    )
    total_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Submissions of a team in this phase. Empty: no limit."
    )

    class Meta:
        ordering = ("challenge", "starts_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["challenge", "name"], name="phase_name_is_unique"),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")),
                name="phase_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(freezes_at__isnull=True)
                | models.Q(freezes_at__gte=models.F("starts_at"), freezes_at__lte=models.F("ends_at")),
                name="phase_freezes_while_it_runs",
            ),
            models.CheckConstraint(
                condition=models.Q(review_ends_at__isnull=True) | models.Q(review_ends_at__gt=models.F("ends_at")),
                name="phase_review_follows_its_end",
            ),
            # Without an end the hidden split would never be scored.
            models.CheckConstraint(
                condition=models.Q(final_dataset_version__isnull=True) | models.Q(ends_at__isnull=False),
                name="phase_with_a_final_part_ends",
            ),
        )

    def __str__(self) -> str:
        return f"{self.challenge.slug}: {self.name}"

    @property
    def has_submissions(self) -> bool:
        """A phase with submissions can no longer change its challenge or its data."""
        return self.pk is not None and self.submissions.exists()

    def state_at(self, moment: datetime) -> PhaseState:
        """The end is exclusive: a submission at ``ends_at`` is too late."""
        if moment < self.starts_at:
            return "upcoming"
        return "open" if self.ends_at is None or moment < self.ends_at else "closed"

    def is_open_at(self, moment: datetime) -> bool:
        return self.state_at(moment) == "open"

    def is_frozen_at(self, moment: datetime) -> bool:
        """From ``freezes_at`` to the end the board shows only what was submitted before the freeze."""
        if self.freezes_at is None or self.ends_at is None:
            return False
        return self.freezes_at <= moment < self.ends_at

    @property
    def is_frozen(self) -> bool:
        return self.is_frozen_at(timezone.now())

    @property
    def state(self) -> PhaseState:
        return self.state_at(timezone.now())

    @property
    def is_open(self) -> bool:
        return self.state == "open"
