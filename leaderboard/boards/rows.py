"""The rows of a board as they are published. A field means the same in every place.

The places are ``board.json``, saved versions, the API and tables. ``rank`` is the rank among the best entry of each
team, and None for a team's other entries; ``rank_all`` is the rank among all entries of the division. Times are in UTC
with microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypedDict, overload

from django.db.models import QuerySet

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
    """A row of a whole board: also which scorer scored it, and the challenge's metric by task."""

    scorer: str
    tasks: dict[str, float]


class OffBoardRow(TypedDict):
    """An entry with a score that is not ranked, because it was withdrawn or disqualified."""

    standing: str
    division: str
    team: str
    name: str
    submitted: str
    submission: str


class ChangeRow(TypedDict):
    """An entry on two versions of a board; fields are None for a version that does not contain it."""

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
    """A time in the only form used, which is also the API's: UTC, with microseconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if value is not None else None


_COLUMNS = (
    "rank_best",
    "rank_all",
    "division",
    "team__name",
    "submission__name",
    "score",
    "submission__is_baseline",
    "submitted_at",
    "submission_id",
)


def board_rows(entries: QuerySet[BoardEntry]) -> Iterator[BoardRow]:
    """The rows of entries. Only the values that they show are loaded: a whole board is read at once."""
    return map(row_of, row_values(entries).iterator(chunk_size=2000))


def row_values(entries: QuerySet[BoardEntry]) -> QuerySet[BoardEntry, tuple[Any, ...]]:
    """What ``row_of`` makes rows from, as a query of which a page can be taken."""
    return entries.values_list(*_COLUMNS)


def row_of(values: tuple[Any, ...]) -> BoardRow:
    """The row of an entry; ``values`` are in the order of ``row_values``."""
    rank, rank_all, division, team, name, score, baseline, submitted_at, submission = values
    return {
        "rank": rank,
        "rank_all": rank_all,
        "division": division,
        "team": team,
        "name": name,
        "score": score,
        "baseline": baseline,
        "submitted": moment(submitted_at),
        "submission": str(submission),
    }


def off_board_row(submission: Submission) -> OffBoardRow:
    """The row of a submission, loaded with its ``team``; the log of decisions says why it is not ranked."""
    return {
        "standing": submission.standing,
        "division": submission.division,
        "team": submission.team.name,
        "name": submission.name,
        "submitted": moment(submission.created_at),
        "submission": str(submission.pk),
    }
