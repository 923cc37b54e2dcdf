"""The steps of boards that nobody waits for, as jobs: one for each phase whose board has one to take.

The step after a phase's end: a version on the hidden part is started. While a version is computed: its evaluations are
queued, and when it is complete it takes over. At the end of a freeze: the entries that it held back get their ranks.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from challenges.models import Phase
from challenges.models.challenge import ChallengeStatus
from leaderboard.boards.board import phases_to_thaw, rewrite_board
from leaderboard.boards.switching import can_never_take_over, enqueue_missing, has_step, stop_version, switch
from leaderboard.boards.versions import VersionRefused, start_version
from leaderboard.jobs.kinds import Done, JobKind
from leaderboard.jobs.transitions import enqueue
from leaderboard.models import BoardVersion, Job, Lane
from leaderboard.models.board import BoardCause, BoardState

ACTOR = "board"
OUR_FAULT = "The board could not be advanced. It is tried again."

logger = logging.getLogger(__name__)


def drive(now: datetime) -> None:
    """Queue a job for each phase whose board has a step to take."""
    for phase in Phase.objects.filter(pk__in=due(now)):
        if not Job.objects.active().filter(subject=_subject(phase.pk)).exists():
            enqueue(
                kind=ADVANCE_BOARD.name,
                lane=Lane.SCORING,
                subject=_subject(phase.pk),
                actor=ACTOR,
                payload={"phase": phase.pk},
                challenge_id=phase.challenge_id,
            )


def due(now: datetime) -> set[int]:
    """The phases whose board has a step to take."""
    computing = BoardVersion.objects.filter(state=BoardState.COMPUTING).select_related("phase", "dataset_version")
    return {
        *_without_final(now).values_list("pk", flat=True),
        *(version.phase_id for version in computing if has_step(version, now)),
        *(phase.pk for phase in phases_to_thaw(now)),
    }


def advance(phase_id: int, now: datetime) -> None:
    """Take every step that the board of a phase can take now. Each is one transaction that reads the state again, so
    this may be interrupted anywhere and repeated.
    """
    for phase in _without_final(now).filter(pk=phase_id):
        _start_final(phase, now)
    for version in BoardVersion.objects.filter(phase=phase_id, state=BoardState.COMPUTING):
        if can_never_take_over(version):
            stop_version(version)
            continue
        enqueue_missing(version, now)
        switch(version, now)
    if any(phase.pk == phase_id for phase in phases_to_thaw(now)):
        rewrite_board(phase_id, now)


def _perform(job: Job) -> Done:
    advance(job.payload["phase"], timezone.now())
    return Done()


ADVANCE_BOARD = JobKind("advance-board", _perform, OUR_FAULT, needs_sandbox=False)


def _subject(phase_id: int) -> str:
    return f"board:{phase_id}"


def _without_final(now: datetime) -> QuerySet[Phase]:
    """The phases that have ended and whose hidden part has no version yet."""
    scored = BoardVersion.objects.filter(phase=OuterRef("pk"), dataset_version=OuterRef("final_dataset_version"))
    phases = Phase.objects.filter(~Exists(scored), final_dataset_version__isnull=False, ends_at__lte=now)
    return phases.exclude(challenge__status=ChallengeStatus.DRAFT).select_related("final_dataset_version")


def _start_final(phase: Phase, now: datetime) -> None:
    if phase.final_dataset_version is None:
        return
    try:
        start_version(phase, phase.final_dataset_version, BoardCause.FINAL, now=now)
    except VersionRefused as refused:
        # Another version is being computed; the final version is started after it.
        logger.info("final board not begun phase=%s reason=%s", phase.pk, refused)
