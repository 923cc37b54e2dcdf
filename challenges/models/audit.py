"""The log of a challenge: who did what to it, and when. Its owners can read it, and nobody can change it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from challenges.models.appendonly import AppendOnlyQuerySet
from challenges.models.challenge import Challenge

SITE = "the site"
"""Who acted where no account did: a job, or a command at the operator's shell."""

MAX_DETAIL = 300


class Act(models.TextChoices):
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"
    REOPENED = "reopened", "Opened again"
    SETTINGS = "settings", "Settings changed"
    TEXTS = "texts", "Texts changed"
    DATA = "data", "Data loaded"
    PHASE_ADDED = "phase-added", "Phase added"
    PHASE_CHANGED = "phase-changed", "Phase changed"
    PHASE_REMOVED = "phase-removed", "Phase removed"
    RESCORED = "rescored", "Scoring again started"
    RESCORING_STOPPED = "rescoring-stopped", "Scoring again stopped"
    RESCORING_RETRIED = "rescoring-retried", "Scoring again retried"
    INVITED = "invited", "Invitation made"
    INVITATION_WITHDRAWN = "invitation-withdrawn", "Invitation withdrawn"
    JOINED = "joined", "Invitation accepted"
    ROLE_GIVEN = "role-given", "Role given"
    ROLE_TAKEN = "role-taken", "Role taken away"
    HANDED_OVER = "handed-over", "Handed over"
    LEFT = "left", "Left"
    ARCHIVE_TAKEN = "archive-taken", "Archive taken"
    REDACTED = "redacted", "Text removed"


class AuditQuerySet(AppendOnlyQuerySet["AuditEntry"]):
    def record(self, challenge: Challenge, act: Act, detail: str = "", *, by: Any) -> AuditEntry:
        """Add a line, in the transaction of the act. ``by`` is None where the site itself acted."""
        name = by.get_username() if by is not None else SITE
        return self.create(challenge=challenge, act=act, detail=detail[:MAX_DETAIL], by=by, by_name=name)


class AuditEntry(models.Model):
    Act = Act

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="audit")
    act = models.CharField(max_length=30, choices=Act.choices)
    detail = models.CharField(max_length=MAX_DETAIL, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150, help_text="The name at that time; it stays if the account goes.")
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        base_manager_name = "objects"
        verbose_name_plural = "audit entries"
        indexes = (models.Index(fields=["challenge", "-id"], name="audit_newest_first"),)

    def __str__(self) -> str:
        return f"{self.act} of {self.challenge_id}"
