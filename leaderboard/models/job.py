"""One piece of work outside of a request, with its history: scoring, building data, a dry run, checking a bundle.

Only ``leaderboard.jobs.transitions`` changes ``status``, ``attempt``, ``faults`` and the lease.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from leaderboard.models.statuses import ACTIVE, FINISHED, Status


class Lane(models.IntegerChoices):
    """In the order in which workers choose. Scoring cannot fill the slots of the interactive lane, nor the reverse."""

    HOUSEKEEPING = 0, "Housekeeping: short work of the site itself"
    INTERACTIVE = 1, "Interactive: somebody is waiting for the answer"
    SCORING = 2, "Scoring"
    BACKGROUND = 3, "Background: it waits until nothing else does"


class JobQuerySet(models.QuerySet["Job"]):
    def active(self) -> JobQuerySet:
        return self.filter(status__in=ACTIVE)

    def newest(self, subject: str) -> Job | None:
        """The latest job for a subject, whatever its status."""
        return self.filter(subject=subject).order_by("-pk").first()


class Job(models.Model):
    """``kind`` says what to do, see ``leaderboard.worker.kinds``; ``subject`` and ``payload`` say with what.

    ``subject`` names what the job works on, like ``draft:7``. Two active jobs never have the same subject.
    ``challenge`` and ``team`` are for the fair order of the queue. ``message`` and ``problems`` are for the person
    who asked; ``result`` is small plain data that the job found.
    """

    kind = models.CharField(max_length=40)
    lane = models.PositiveSmallIntegerField(choices=Lane.choices)
    subject = models.CharField(max_length=160)
    payload = models.JSONField(default=dict, blank=True)
    challenge = models.ForeignKey(
        "challenges.Challenge", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey("leaderboard.Team", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    # Counts every claim. Together with the owner it is the fencing token, so it never decreases.
    attempt = models.PositiveIntegerField(default=0)
    # Counts attempts lost through a fault of ours; a missing sandbox does not count.
    faults = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(null=True, blank=True, help_text="No worker claims it earlier.")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    message = models.TextField(blank=True, help_text="What the person who asked is told.")
    problems = models.JSONField(default=list, blank=True)
    result = models.JSONField(default=dict, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["lane", "queued_at"], condition=Q(status="queued"), name="job_queued"),
            models.Index(fields=["lease_expires_at"], condition=Q(status="running"), name="job_leased"),
            models.Index(fields=["subject", "-id"], name="job_of_subject"),
            models.Index(fields=["kind", "-finished_at"], name="job_finished"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(status__in=Status.values), name="job_status_is_known"),
            models.CheckConstraint(condition=Q(lane__in=Lane.values), name="job_lane_is_known"),
            models.CheckConstraint(
                condition=(Q(status="running", lease_expires_at__isnull=False) & ~Q(lease_owner=""))
                | (~Q(status="running") & Q(lease_owner="", lease_expires_at__isnull=True)),
                name="job_leased_while_running",
            ),
            # Two active jobs for one subject would race to write the same rows.
            models.UniqueConstraint(
                fields=["subject"], condition=Q(status__in=["queued", "running"]), name="job_one_active_for_a_subject"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject} ({self.status})"

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED


class JobFile(models.Model):
    """A file that a job made, kept in the object store for as long as the job."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ("job", "name")
        constraints = (models.UniqueConstraint(fields=["job", "name"], name="job_file_name_once"),)

    def __str__(self) -> str:
        return self.name


class StatusChange(models.Model):
    """One line of a job's history; lines are added but never changed."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="history")
    from_status = models.CharField(max_length=10, choices=Status.choices, blank=True)
    to_status = models.CharField(max_length=10, choices=Status.choices)
    at = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveIntegerField()
    actor = models.CharField(max_length=150)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("job", "pk")

    def __str__(self) -> str:
        return f"{self.from_status or 'new'} → {self.to_status}"
