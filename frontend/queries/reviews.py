"""Reading the review of a round: the decisions, and the entries they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from challenges.models import Challenge, Phase
from leaderboard.boards.board import withdrawn_entries
from leaderboard.boards.review import is_under_review, kinds_for
from leaderboard.boards.status import is_official
from leaderboard.models import Decision, Submission
from leaderboard.models.decision import DecisionKind

MAX_OFF_BOARD = 200
"""Entries beyond this number appear only in the log."""

ACTIONS: dict[DecisionKind, tuple[str, str]] = {
    DecisionKind.QUESTION: ("Ask about this entry", "Your question"),
    DecisionKind.ANSWER: ("Answer for your team", "Your answer"),
    DecisionKind.WITHDRAWAL: ("Withdraw this entry", "Why it is withdrawn"),
    DecisionKind.DISQUALIFICATION: ("Disqualify this entry", "The reason"),
    DecisionKind.REINSTATEMENT: ("Reinstate this entry", "Why it counts again"),
}
"""The title of each form, and the label of its text field."""


@dataclass(frozen=True, slots=True)
class Action:
    kind: DecisionKind
    title: str
    label: str

    @property
    def takes_off(self) -> bool:
        return self.kind in (DecisionKind.WITHDRAWAL, DecisionKind.DISQUALIFICATION)


@dataclass(frozen=True, slots=True)
class ReviewState:
    """The state of a phase between its end and its official results."""

    official: bool
    under_review: bool


def review_state(phase: Phase) -> ReviewState:
    now = timezone.now()
    return ReviewState(is_official(phase, now), is_under_review(phase, now))


def decisions_of(challenge: Challenge) -> QuerySet[Decision]:
    """The whole log, newest first; one query per page."""
    return (
        Decision.objects.filter(submission__phase__challenge=challenge)
        .select_related("submission__team", "submission__phase", "by")
        .order_by("-pk")
    )


def thread_of(submission: Submission) -> list[Decision]:
    return list(Decision.objects.filter(submission=submission).select_related("by").order_by("pk"))


def actions_for(user: Any, submission: Submission) -> list[Action]:
    return [Action(kind, *ACTIONS[kind]) for kind in kinds_for(user, submission)]


def off_board(phase: Phase) -> list[Any]:
    """Withdrawn or disqualified entries with the last reason, without those that a freeze hides. One query."""
    last = Decision.objects.filter(
        submission=OuterRef("pk"), kind__in=(DecisionKind.WITHDRAWAL, DecisionKind.DISQUALIFICATION)
    ).order_by("-pk")
    with_reason = withdrawn_entries(phase).annotate(
        reason=Subquery(last.values("text")[:1]), taken_off_at=Subquery(last.values("at")[:1])
    )
    return list(with_reason.order_by("taken_off_at", "pk")[:MAX_OFF_BOARD])
