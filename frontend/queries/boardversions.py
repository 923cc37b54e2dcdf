"""Reading the versions of a board: the list, a single version as it was saved, and the changes between two.

A version that is still being computed is left out: nobody may see any of it before it becomes current.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from challenges.models import Phase
from leaderboard.boards.content import changes_of, content_of
from leaderboard.boards.status import is_final
from leaderboard.models import BoardVersion, Division, Submission
from leaderboard.models.board import BoardState

SORTS: Mapping[str, str] = {
    "new": "New rank",
    "old": "Old rank",
    "movement": "Movement",
    "score": "Change of score",
}


@dataclass(frozen=True, slots=True)
class VersionState:
    """What the board's page says about its version. ``final_waits``: the hidden split is being scored."""

    current: BoardVersion | None
    earlier: int
    is_final: bool
    final_waits: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the list of changes. ``moved`` is the number of places gained among all entries.

    It is None if the entry is missing from one of the two boards.
    """

    change: Mapping[str, Any]
    moved: int | None
    difference: float | None
    is_own: bool

    @property
    def old(self) -> int | None:
        rank: int | None = self.change["old_rank_all"]
        return rank

    @property
    def new(self) -> int | None:
        rank: int | None = self.change["new_rank_all"]
        return rank

    @property
    def places(self) -> int:
        return abs(self.moved or 0)


def board_standing(phase: Phase) -> VersionState:
    """One query, and a second for the data if the board has a final part."""
    rows = list(_shown(phase))
    current = next((row for row in rows if row.state == BoardState.CURRENT), None)
    final = phase.final_dataset_version_id
    on_final = current is not None and current.dataset_version_id == phase.dataset_version_id and is_final(phase)
    waits = final is not None and phase.state == "closed" and all(row.dataset_version_id != final for row in rows)
    return VersionState(current, len(rows) - (current is not None), on_final, waits)


def versions_of(phase: Phase) -> list[BoardVersion]:
    """All versions, newest first, without their entries. One query."""
    return list(_shown(phase).select_related("dataset_version").order_by("-number"))


def _shown(phase: Phase) -> Any:
    return BoardVersion.objects.filter(phase=phase).exclude(state=BoardState.COMPUTING).defer("content", "changes")


def shown_version(phase: Phase, number: int) -> BoardVersion:
    """One version with all its entries.

    Raises:
        Http404: no version has this number, or it is still being computed.
    """
    rows = BoardVersion.objects.filter(phase=phase, number=number).exclude(state=BoardState.COMPUTING)
    found = rows.select_related("dataset_version", "phase__challenge").first()
    if found is None:
        raise Http404("This board has no such version.")
    return found


def entries_of(version: BoardVersion, *, every: bool, division: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The whole board as plain data, and its entries in one division: the best of each team, or all."""
    content = content_of(version)
    entries = [entry for entry in content["entries"] if entry["division"] == division]
    return content, [entry for entry in entries if every or entry["rank"] is not None]


def changes_with(version: BoardVersion) -> list[dict[str, Any]]:
    """The changes from the previous version to this one.

    Raises:
        Http404: it is the first one.
    """
    changes = changes_of(version)
    if changes is None:
        raise Http404("The first version of a board changed nothing.")
    return changes


def divisions_in(entries: list[dict[str, Any]]) -> bool:
    """Whether there are entries outside the closed division, so that readers can choose."""
    return any(entry["division"] != Division.CLOSED for entry in entries)


def movements(changes: Sequence[Mapping[str, Any]], *, division: str, sort: str, own: set[UUID]) -> list[Movement]:
    """The changes in one division, sorted; see ``changes_with``."""
    found = [
        _movement(change, UUID(change["submission"]) in own) for change in changes if change["division"] == division
    ]
    last = len(found) + 1
    orders: dict[str, Any] = {
        "new": lambda item: (item.new or last, item.old or last),
        "old": lambda item: (item.old or last, item.new or last),
        "movement": lambda item: (item.moved is None, -item.places, item.new or last),
        "score": lambda item: (item.difference is None, -abs(item.difference or 0), item.new or last),
    }
    return sorted(found, key=orders[sort])


def _movement(change: Mapping[str, Any], is_own: bool) -> Movement:
    old, new = change["old_rank_all"], change["new_rank_all"]
    scores = change["old_score"], change["new_score"]
    return Movement(
        change=change,
        moved=old - new if old is not None and new is not None else None,
        difference=None if None in scores else scores[1] - scores[0],
        is_own=is_own,
    )


def viewable(user: Any, submissions: list[str]) -> set[str]:
    """Which of these submissions still have a page that ``user`` may see. One query."""
    ids = [UUID(key) for key in submissions]
    return {str(key) for key in Submission.objects.viewable_by(user).filter(pk__in=ids).values_list("pk", flat=True)}


def own_submissions(version: BoardVersion, teams: set[int]) -> set[UUID]:
    if not teams:
        return set()
    rows = Submission.objects.filter(phase=version.phase_id, team__in=teams)
    return set(rows.values_list("pk", flat=True))
