"""Computing a board version in the background, and the switch with which it replaces the old one.

Each step is one transaction that locks the phase's row and reads the state again. So a step may be interrupted
anywhere, and two workers at the same time do it only once. ``boards.advancing`` takes the steps.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from challenges.models import Phase
from challenges.phases.locking import locked_phase
from leaderboard.boards.board import rewrite_board, scored_submissions
from leaderboard.boards.changes import changes_between
from leaderboard.boards.content import board_content
from leaderboard.boards.evaluating import queue_evaluation
from leaderboard.boards.notices import announce_official_change, tell_of_switch
from leaderboard.boards.status import is_official
from leaderboard.boards.versions import current_version, final_problem
from leaderboard.models import BoardVersion, Evaluation, Job, Lane, Submission
from leaderboard.models.board import BoardCause, BoardState
from leaderboard.models.statuses import ACTIVE, Status

ACTOR = "board"

MAX_WAITING = 50
"""How many evaluations of a version are queued at a time: enough to keep all workers busy, but few for the broker."""

DONE = (Status.SUCCEEDED, Status.FAILED, Status.ERRORED)
"""Final statuses of a version's evaluations; an errored one is final too, it was tried often enough."""

logger = logging.getLogger(__name__)


def has_step(version: BoardVersion, now: datetime) -> bool:
    """Whether a version that is being computed can be brought further now."""
    if can_never_take_over(version):
        return True
    if not _may_go_on(version, version.phase, now):
        return False
    waiting = Evaluation.objects.filter(board_version=version, job__status__in=ACTIVE).count()
    missing = _missing(version).exclude(Exists(_active()))
    return (waiting < MAX_WAITING and missing.exists()) or _is_complete(version)


def enqueue_missing(version: BoardVersion, now: datetime) -> int:
    """Fill up the version's evaluations in the queue; return how many were added.

    A submission that is still being scored for the old board is queued after that.
    """
    with transaction.atomic():
        phase = locked_phase(version.phase_id)
        if not _may_go_on(version, phase, now):
            return 0
        waiting = Evaluation.objects.filter(board_version=version, job__status__in=ACTIVE).count()
        missing = _missing(version).exclude(Exists(_active())).order_by("created_at", "pk")
        return _enqueue(missing[: max(0, MAX_WAITING - waiting)], version)


def switch(version: BoardVersion, now: datetime) -> bool:
    """Replace the old version with a complete one, in one transaction. False: not complete yet, or already done."""
    with transaction.atomic():
        phase = locked_phase(version.phase_id)
        if not _may_go_on(version, phase, now) or not _is_complete(version):
            return False
        new = BoardVersion.objects.select_related("phase__challenge", "dataset_version").get(pk=version.pk)
        old = current_version(phase)
        was_official = is_official(phase, now)
        # Rewrite the old board first: its freeze may have ended while no worker was there to thaw it.
        rewrite_board(phase.pk, now)
        before = board_content(phase, old)
        BoardVersion.objects.filter(pk=old.pk).update(state=BoardState.SUPERSEDED, content=before)
        BoardVersion.objects.filter(pk=new.pk).update(state=BoardState.CURRENT, current_at=now)
        Phase.objects.filter(pk=phase.pk).update(
            dataset_version=new.dataset_version_id, final_dataset_version=_final_part(phase, new)
        )
        phase.dataset_version = new.dataset_version
        outcomes = _point_to(new)
        rewrite_board(phase.pk, now)
        changes = changes_between(before, board_content(phase, new), outcomes)
        BoardVersion.objects.filter(pk=new.pk).update(changes=changes)
        told = tell_of_switch(new, changes)
        if was_official:
            announce_official_change(old, new)
    logger.info("board switched phase=%s %s→%s notices=%s", phase.pk, old.number, new.number, told)
    return True


def stop_version(version: BoardVersion) -> bool:
    """Cancel a version that is being computed and delete its evaluations; the board stays as it is.

    Returns False if it isn't being computed any more. A worker that runs one of the evaluations finds its lease lost.
    """
    with transaction.atomic():
        locked_phase(version.phase_id)
        computing = BoardVersion.objects.filter(pk=version.pk, state=BoardState.COMPUTING)
        if not computing.exists():
            return False
        # Their evaluations go with them.
        Job.objects.filter(evaluation__board_version=version).delete()
        computing.delete()
    logger.info("board version stopped phase=%s number=%s", version.phase_id, version.number)
    return True


def can_never_take_over(version: BoardVersion) -> bool:
    """Whether the version may no longer replace the board: the board is final, and the version's data is not."""
    phase = Phase.objects.select_related("dataset_version").get(pk=version.phase_id)
    return final_problem(phase, version.dataset_version) is not None


def retry_errored(version: BoardVersion) -> int:
    """Queue errored evaluations again, if the version is still being computed; return how many."""
    with transaction.atomic():
        locked_phase(version.phase_id)
        if not BoardVersion.objects.filter(pk=version.pk, state=BoardState.COMPUTING).exists():
            return 0
        done = Evaluation.objects.filter(board_version=version, job__status__in=(Status.SUCCEEDED, Status.FAILED))
        errored = Evaluation.objects.filter(board_version=version, job__status=Status.ERRORED)
        again = _counted(version).filter(Exists(_of_submission(errored)), ~Exists(_of_submission(done)))
        return _enqueue(again.exclude(Exists(_active())), version)


def _enqueue(submissions: QuerySet[Submission], version: BoardVersion) -> int:
    """Queue evaluations for a version; return how many."""
    found = list(submissions.select_related("phase", "created_by"))
    for submission in found:
        queue_evaluation(submission, version, lane=Lane.BACKGROUND, actor=ACTOR, reason=f"for version {version.number}")
    return len(found)


def progress(version: BoardVersion) -> tuple[int, int, int]:
    """How many evaluations are done, how many of these ended with a fault of ours, and the total."""
    total = _counted(version).count()
    done = total - _missing(version).count()
    scored = Evaluation.objects.filter(board_version=version, job__status__in=(Status.SUCCEEDED, Status.FAILED))
    verdicts = _counted(version).filter(Exists(_of_submission(scored))).count()
    return done, done - verdicts, total


def _final_part(phase: Phase, new: BoardVersion) -> int | None:
    """The phase's hidden part after the switch: that of the new data, or after the end the new data themselves."""
    final = phase.final_dataset_version_id
    if final is None or final == new.dataset_version_id:
        return final
    if final == phase.dataset_version_id:
        return new.dataset_version_id
    return new.dataset_version.final_part_id or final


def _may_go_on(version: BoardVersion, phase: Phase, now: datetime) -> bool:
    """Whether it is still being computed and allowed. A final one isn't if the end of its phase was moved to later."""
    if version.cause == BoardCause.FINAL and phase.state_at(now) != "closed":
        return False
    if final_problem(phase, version.dataset_version) is not None:
        return False
    return BoardVersion.objects.filter(pk=version.pk, state=BoardState.COMPUTING).exists()


def _is_complete(version: BoardVersion) -> bool:
    """Every counted submission is done, nothing is queued or running, and at least one submission has a score."""
    active = Evaluation.objects.filter(submission__phase=version.phase_id, job__status__in=ACTIVE)
    if active.exists() or _missing(version).exists():
        return False
    if is_stuck(version):
        logger.error("board not switched, nothing could be scored phase=%s number=%s", version.phase_id, version.number)
        return False
    return True


def is_stuck(version: BoardVersion) -> bool:
    """Whether everything is done and nothing has a score. It then never switches: an empty board is of no use.

    If every evaluation broke, the fault is ours. If every submission was refused, the data are wrong, unless the
    current board has no scores either.
    """
    done, errored, total = progress(version)
    if done < total or Evaluation.objects.filter(board_version=version, job__status=Status.SUCCEEDED).exists():
        return False
    return bool(errored and errored == done) or scored_submissions(version.phase).exists()


def _counted(version: BoardVersion) -> QuerySet[Submission]:
    """The submissions to score for the new version, including withdrawn ones, since they can be reinstated."""
    return Submission.objects.filter(phase=version.phase_id, refunded=False)


def _missing(version: BoardVersion) -> QuerySet[Submission]:
    done = Evaluation.objects.filter(board_version=version, job__status__in=DONE)
    return _counted(version).filter(~Exists(_of_submission(done)))


def _of_submission(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    return evaluations.filter(submission=OuterRef("pk"))


def _active() -> QuerySet[Evaluation]:
    return _of_submission(Evaluation.objects.filter(job__status__in=ACTIVE))


def _point_to(version: BoardVersion) -> dict[str, str]:
    """Make the version's evaluations the current ones; return submission → status."""
    own = Evaluation.objects.filter(board_version=version, job__status__in=DONE)
    last = own.filter(submission=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    _counted(version).update(evaluation=Subquery(last))
    rows = Submission.objects.filter(phase=version.phase_id, evaluation__board_version=version)
    return {str(key): status for key, status in rows.values_list("pk", "evaluation__job__status")}
