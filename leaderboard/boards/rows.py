"""The rows of a board as they are published: one meaning wherever a board leaves the site.

They are in ``board.json``, in what is kept of a version, in the API and in tables. ``rank`` is the rank among the best
entry of each team and None for a team's other entries; ``rank_all`` is the place among all entries of the division.
Times are in UTC with microseconds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypedDict, overload

from leaderboard.models import BoardEntry, Submission


class BoardRow(TypedDict):
    """An entry on a board."""

    rank: int | None
    rank_all: int
    division: str
    team: str
    name: str
    score: float
    baseline: bool
    submitted: str
    submission: str


class ScoredRow(BoardRow):
    """The same with how it was scored, as a whole board has it: by what, and the challenge's metric by task."""

    scorer: str
    tasks: dict[str, float]


class OffBoardRow(TypedDict):
    """An entry with a score and without a place: withdrawn or disqualified."""

    standing: str
    division: str
    team: str
    name: str
    submitted: str
    submission: str


class ChangeRow(TypedDict):
    """An entry on two versions of a board; None where it is not on one of them."""

    submission: str
    team: str
    name: str
    division: str
    baseline: bool
    old_rank: int | None
    new_rank: int | None
    old_rank_all: int | None
    new_rank_all: int | None
    old_score: float | None
    new_score: float | None
    why: str


@overload
def moment(value: datetime) -> str: ...
@overload
def moment(value: None) -> None: ...
def moment(value: datetime | None) -> str | None:
    """The one form of a time, the API's: UTC, with microseconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if value is not None else None


def board_row(entry: BoardEntry) -> BoardRow:
    """The row of an entry that comes with its ``team`` and ``submission``."""
    return {
        "rank": entry.rank_best,
        "rank_all": entry.rank_all,
        "division": entry.division,
        "team": entry.team.name,
        "name": entry.submission.name,
        "score": entry.score,
        "baseline": entry.submission.is_baseline,
        "submitted": moment(entry.submitted_at),
        "submission": str(entry.submission_id),
    }


def off_board_row(submission: Submission) -> OffBoardRow:
    """The row of a submission that comes with its ``team``; why it has no place, says the log of decisions."""
    return {
        "standing": submission.standing,
        "division": submission.division,
        "team": submission.team.name,
        "name": submission.name,
        "submitted": moment(submission.created_at),
        "submission": str(submission.pk),
    }
