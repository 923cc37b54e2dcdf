"""Scoring a board again, as an organizer asks for it: with a reason for everyone, stopped or retried while it runs."""

from __future__ import annotations

from challenges.members.locking import locked
from challenges.members.roles import may_organize, require
from challenges.models import Act, AuditEntry, DatasetVersion, Phase
from evaluators.problems import Problem
from leaderboard.boards.switching import retry_errored, stop_version
from leaderboard.boards.versions import MAX_NOTE, VersionRefused, start_version
from leaderboard.models import BoardVersion, User
from leaderboard.models.board import BoardCause, BoardState

CAUSES = {cause.value: cause for cause in (BoardCause.DATA, BoardCause.SCORER)}
"""What an organizer may give as the cause; a final version starts by itself."""


def rescore(
    phase: Phase, *, cause: str, note: str, data_version: int, by: User, changes_official: bool
) -> BoardVersion:
    """Start a new version of a board, on the version of the data with this number or with a new scorer.

    Raises:
        VersionRefused: cause, note or data are missing, or see ``start_version``.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    asked = CAUSES.get(cause)
    if asked is None:
        raise VersionRefused(Problem("the reason is missing.", "Choose one.", field="cause"))
    reason = _note(note)
    dataset = _data(phase, data_version) if asked == BoardCause.DATA else phase.dataset_version
    return start_version(phase, dataset, asked, reason, by=by, changes_official=changes_official)


def computing_version(phase: Phase) -> BoardVersion | None:
    """The version that is being computed, if any."""
    return BoardVersion.objects.filter(phase=phase, state=BoardState.COMPUTING).first()


def can_be_stopped(version: BoardVersion) -> bool:
    """The final version cannot: it would start again at once."""
    return version.cause != BoardCause.FINAL


def stop_rescoring(phase: Phase, *, by: User) -> BoardVersion | None:
    """Stop the version that is being computed, and return it; None if there is nothing to stop.

    Raises:
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with locked(phase.challenge) as challenge:
        require(may_organize, by, challenge)
        version = computing_version(phase)
        if version is None or not can_be_stopped(version):
            return None
        if not stop_version(version):
            return None
        AuditEntry.objects.record(challenge, Act.RESCORING_STOPPED, f"“{phase.name}”", by=by)
        return version


def retry_rescoring(phase: Phase, *, by: User) -> int:
    """Try the evaluations again that ended with a fault of ours; return how many.

    Raises:
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with locked(phase.challenge) as challenge:
        require(may_organize, by, challenge)
        version = computing_version(phase)
        retried = retry_errored(version) if version is not None else 0
        if retried:
            AuditEntry.objects.record(challenge, Act.RESCORING_RETRIED, f"“{phase.name}”: {retried} entries", by=by)
        return retried


def _note(text: str) -> str:
    note = text.replace("\0", "").strip()
    if not note:
        raise VersionRefused(Problem("the note is missing.", "Say why, for everyone to read.", field="note"))
    if len(note) > MAX_NOTE:
        raise VersionRefused(Problem(f"the note is longer than {MAX_NOTE} characters.", "Shorten it.", field="note"))
    return note


def _data(phase: Phase, number: int) -> DatasetVersion:
    """The chosen version. ``start_version`` refuses one that is not possible, with a message."""
    known = DatasetVersion.objects.filter(challenge=phase.challenge_id).exclude(pk=phase.dataset_version_id)
    found = known.filter(number=number).first()
    if found is None:
        raise VersionRefused(Problem("the version of the data is missing.", "Choose one.", field="dataset"))
    return found
