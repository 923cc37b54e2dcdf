"""What changes between two versions of a board, as a pure function of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaderboard.boards.rows import BoardRow, ChangeRow
from leaderboard.models.board import BoardCause
from leaderboard.models.statuses import Status

Content = Mapping[str, Any]

NOT_SCORED: Mapping[str, str] = {
    Status.FAILED: "not accepted on the new data",
    Status.ERRORED: "could not be scored, through a fault of ours",
}
"""Why an entry no longer has a score, by the status of its evaluation. Only its team sees the details."""


def changes_between(before: Content, after: Content, outcomes: Mapping[str, str]) -> list[ChangeRow]:
    """Each entry's ranks and scores before and after, and why; in the order of the new board, then of the old.

    Args:
        before: the old board, see ``boards.content``.
        after: the new one.
        outcomes: submission → status of its evaluation for the new one.
    """
    olds: dict[str, BoardRow] = {entry["submission"]: entry for entry in before["entries"]}
    news: dict[str, BoardRow] = {entry["submission"]: entry for entry in after["entries"]}
    source = _source(before, after)
    return [
        _change(olds.get(key), news.get(key), outcomes.get(key, ""), source) for key in dict.fromkeys([*news, *olds])
    ]


def _change(old: BoardRow | None, new: BoardRow | None, outcome: str, source: str) -> ChangeRow:
    known: Any = new or old
    return {
        "submission": known["submission"],
        "team": known["team"],
        "name": known["name"],
        "division": known["division"],
        "baseline": known["baseline"],
        "old_rank": old["rank"] if old else None,
        "new_rank": new["rank"] if new else None,
        "old_rank_all": old["rank_all"] if old else None,
        "new_rank_all": new["rank_all"] if new else None,
        "old_score": old["score"] if old else None,
        "new_score": new["score"] if new else None,
        "why": _why(old, new, outcome, source),
    }


def _why(old: BoardRow | None, new: BoardRow | None, outcome: str, source: str) -> str:
    if new is None:
        return NOT_SCORED.get(outcome, "no longer on the board")
    if old is None:
        return f"had no score before; scored {source}"
    moved = new["score"] - old["score"]
    if moved:
        return f"scored {source}: {moved:+.4f}"
    if new["rank_all"] != old["rank_all"]:
        return "the same score; others moved"
    return "the same score"


def _source(before: Content, after: Content) -> str:
    """What the new scores are based on, in words."""
    if after["cause"] == BoardCause.FINAL:
        return "on the hidden part of the test set"
    if after["cause"] == BoardCause.DATA:
        return f"on data version {after['dataset']['number']} instead of {before['dataset']['number']}"
    old, new = _scorers(before), _scorers(after)
    return f"by {new} instead of {old}" if old and new and old != new else "again"


def _scorers(content: Content) -> str:
    return ", ".join(sorted({entry["scorer"] for entry in content["entries"] if entry["scorer"]}))
