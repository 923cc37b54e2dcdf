"""The versions of a phase's board: which one is current, and how a new one is started.

``boards.switching`` computes a version and replaces the current one.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from challenges.members.locking import locked
from challenges.members.roles import may_organize, require
from challenges.models import Act, AuditEntry, DatasetVersion, Phase, Split
from challenges.phases.locking import locked_phase
from evaluators.problems import Problem
from leaderboard.boards.recheck import refusal
from leaderboard.boards.status import has_reached_final, is_official
from leaderboard.models import BoardVersion, User
from leaderboard.models.board import BoardCause, BoardState

MAX_NOTE = 300

logger = logging.getLogger(__name__)


class VersionRefused(Exception):
    """This version cannot be started now; the problem may be shown to an organizer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def current_version(phase: Phase) -> BoardVersion:
    """The current version; the first one is created when it is first needed."""
    found = BoardVersion.objects.filter(phase=phase, state=BoardState.CURRENT).first()
    if found is not None:
        return found
    first = {"dataset_version_id": phase.dataset_version_id, "current_at": timezone.now()}
    return BoardVersion.objects.get_or_create(phase=phase, number=1, defaults=first)[0]


def start_version(
    phase: Phase,
    dataset: DatasetVersion,
    cause: BoardCause,
    note: str = "",
    *,
    by: User | None = None,
    changes_official: bool = False,
    now: datetime | None = None,
) -> BoardVersion:
    """Start a new version; the workers' maintenance does the rest. A repeated call returns the same version.

    Official results change only if the caller sets ``changes_official`` and gives a note; when the new version becomes
    current, everyone is told, see ``boards.switching``. Do not call this in a transaction: it first checks the entries
    against the data, which reads the object store.

    Raises:
        VersionRefused: the version makes no sense, entries would be refused, or another version is being computed.
        PermissionDenied: ``by`` doesn't organize the challenge; None is a worker that starts a final version.
    """
    require(may_organize, by, phase.challenge)
    moment = now or timezone.now()
    confirmed = changes_official and bool(note.strip())
    begun = _begun_or_refused(Phase.objects.get(pk=phase.pk), dataset, cause, confirmed, moment)
    if begun is not None:
        return begun
    if cause != BoardCause.FINAL:
        # A final version is not checked: it was announced when the phase began, and a worker starts it, so a refusal
        # would reach nobody.
        _refuse(refusal(phase, dataset))
    with locked(phase.challenge) as challenge:
        # Checking the entries took a while.
        require(may_organize, by, challenge)
        current = locked_phase(phase.pk)
        begun = _begun_or_refused(current, dataset, cause, confirmed, moment)
        if begun is not None:
            return begun
        current_version(current)
        last = BoardVersion.objects.filter(phase=current).aggregate(last=Max("number"))["last"]
        made = BoardVersion.objects.create(
            phase=current,
            number=last + 1,
            dataset_version=dataset,
            cause=cause,
            note=note[:MAX_NOTE],
            started_by=by,
            state=BoardState.COMPUTING,
        )
        detail = f"“{current.name}”, board {made.number}, {cause.label.lower()}, on data version {dataset.number}"
        AuditEntry.objects.record(challenge, Act.RESCORED, detail, by=by)
    logger.info("board version begun phase=%s number=%s cause=%s data=%s", phase.pk, made.number, cause, dataset.pk)
    return made


def _begun_or_refused(
    phase: Phase, dataset: DatasetVersion, cause: BoardCause, confirmed: bool, moment: datetime
) -> BoardVersion | None:
    """The version that is being computed, if it has this data and cause; None if a new one can be started.

    Raises:
        VersionRefused: no version can be started.
    """
    under_way = BoardVersion.objects.filter(phase=phase, state=BoardState.COMPUTING).first()
    if under_way is not None:
        if (under_way.dataset_version_id, under_way.cause) == (dataset.pk, cause):
            return under_way
        raise VersionRefused(
            Problem(f"version {under_way.number} of this board is being computed.", "Wait for its end, or stop it.")
        )
    _refuse(version_problem(phase, dataset, cause, moment))
    if not confirmed and cause != BoardCause.FINAL and is_official(phase, moment):
        raise VersionRefused(
            Problem(
                "the results are official. Scoring again changes them, and everyone is told the reason.",
                "Give the reason and confirm that official results change.",
                field="official",
            )
        )
    return None


def _refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise VersionRefused(problem)


def version_problem(phase: Phase, dataset: DatasetVersion, cause: BoardCause, moment: datetime) -> Problem | None:
    """Why the board of a phase cannot be scored again on this data for this cause; None if it can."""
    if dataset.challenge_id != phase.challenge_id:
        return Problem("this data belongs to another challenge.", field="dataset")
    if dataset.spec.kind != phase.dataset_version.spec.kind:
        return Problem("this data is for another kind of challenge.", field="dataset")
    over = phase.state_at(moment) == "closed"
    is_due = cause == BoardCause.FINAL and over and dataset.pk == phase.final_dataset_version_id
    if not is_due and is_hidden(dataset, phase, over=over):
        return Problem("this data has a hidden part on which nothing is scored before its phase ends.", field="dataset")
    same = dataset.pk == phase.dataset_version_id
    if cause == BoardCause.SCORER and not same:
        return Problem("for a new version of the scorer the data stays as it is.", field="dataset")
    if cause != BoardCause.SCORER and same:
        return Problem("the board stands on this data already.", "Choose another version.", field="dataset")
    return final_problem(phase, dataset)


def final_problem(phase: Phase, dataset: DatasetVersion) -> Problem | None:
    """A final board may only be replaced by a final one: other data do not give scores on the hidden part."""
    if not has_reached_final(phase) or dataset.split == Split.FINAL:
        return None
    return Problem(
        "a final board has the scores on the hidden part of the test set, and only such scores can follow; data "
        f"version {dataset.number} scores the part that was shown.",
        "Choose a version with the hidden part, or add a phase for a new round.",
        field="dataset",
    )


def is_hidden(dataset: DatasetVersion, phase: Phase, *, over: bool) -> bool:
    """Whether the data contain a hidden part that the board of ``phase`` may not show now.

    Before the phase ends, its board may not show any hidden part. It may never show one that another phase still waits
    for. After the end, corrected hidden data can replace the hidden data of the board.
    """
    scored = BoardVersion.objects.filter(dataset_version=dataset).exclude(state=BoardState.COMPUTING).values("phase")
    waiting = Phase.objects.filter(final_dataset_version=dataset).exclude(dataset_version=dataset)
    if waiting.exclude(pk__in=scored).exists():
        return True
    return dataset.is_final_part and not (over and has_reached_final(phase))
