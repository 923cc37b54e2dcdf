"""Ranks, as a pure function of the entries.

The rule: entries are ordered by score in the metric's direction. Where tasks may be left out, entries that answer more
tasks come first. Equal entries share a rank and the next rank is skipped (1, 2, 2, 4); of equal entries the one
submitted earlier is listed first. The view of best entries ranks only the first entry of each competitor in that order.
An entry without a finite score is not ranked.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime

from evaluators.registry import Direction


@dataclass(frozen=True, slots=True)
class RankingEntry:
    """``competitor`` gets one rank among the best entries: it is a team, or a single baseline.

    ``missing`` is the number of tasks that the entry leaves out; its score is the mean over the other tasks only.
    """

    key: str
    competitor: Hashable
    score: float | None
    submitted_at: datetime
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """``position`` numbers the list without ties; ``rank_best`` is None for all but a competitor's best entry."""

    entry: RankingEntry
    score: float
    position: int
    rank_all: int
    rank_best: int | None


def ranked(entries: Iterable[RankingEntry], direction: Direction) -> list[Ranked]:
    """The entries with a score, best first."""
    sign = -1 if direction == "maximize" else 1
    scored = [(entry.score, entry) for entry in entries if entry.score is not None and math.isfinite(entry.score)]
    scored.sort(key=lambda pair: (pair[1].missing, sign * pair[0], pair[1].submitted_at, pair[1].key))
    places = []
    all_places, best_places = _Places(), _Places()
    seen: set[Hashable] = set()
    for position, (score, entry) in enumerate(scored, start=1):
        is_best = entry.competitor not in seen
        seen.add(entry.competitor)
        worth = (entry.missing, score)
        rank_all = all_places.next(worth)
        places.append(Ranked(entry, score, position, rank_all, best_places.next(worth) if is_best else None))
    return places


class _Places:
    """Assigns ranks, with gaps after ties."""

    def __init__(self) -> None:
        self._given = 0
        self._rank = 0
        self._last: tuple[int, float] | None = None

    def next(self, worth: tuple[int, float]) -> int:
        self._given += 1
        if worth != self._last:
            self._rank, self._last = self._given, worth
        return self._rank
