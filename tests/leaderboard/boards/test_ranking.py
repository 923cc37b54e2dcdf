"""Tests of ranks by tables: entries with scores in, ranks out."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.registry import Direction
from leaderboard.boards.ranking import RankingEntry, ranked

START = datetime(2026, 1, 1, tzinfo=UTC)


def entry(key: str, score: float | None, *, team: str = "", minute: int = 0, missing: int = 0) -> RankingEntry:
    submitted_at = START + timedelta(minutes=minute)
    return RankingEntry(key=key, competitor=team or key, score=score, submitted_at=submitted_at, missing=missing)


@pytest.mark.parametrize(
    ("entries", "direction", "expected"),
    [
        ([], "maximize", []),
        ([entry("a", 0.1), entry("b", 0.9)], "maximize", [("b", 1, 1), ("a", 2, 2)]),
        ([entry("a", 0.1), entry("b", 0.9)], "minimize", [("a", 1, 1), ("b", 2, 2)]),
        # Ties share a rank and the next one is skipped; the earlier one is listed first.
        (
            [
                entry("a", 0.5, minute=3),
                entry("b", 0.5, minute=1),
                entry("c", 0.9, minute=5),
                entry("d", 0.1),
            ],
            "maximize",
            [("c", 1, 1), ("b", 2, 2), ("a", 2, 2), ("d", 4, 4)],
        ),
        # A team has one rank, that of its best entry; its other entries leave no gaps in the ranks of other teams.
        (
            [
                entry("a1", 0.9, team="a"),
                entry("a2", 0.8, team="a"),
                entry("b1", 0.7, team="b"),
            ],
            "maximize",
            [("a1", 1, 1), ("a2", 2, None), ("b1", 3, 2)],
        ),
        # Of two equal entries of a team, the earlier one is its best.
        (
            [entry("late", 0.9, team="a", minute=2), entry("early", 0.9, team="a", minute=1)],
            "maximize",
            [("early", 1, 1), ("late", 1, None)],
        ),
        # An entry without a finite score is not ranked; NaN and infinity must not come first.
        (
            [entry("a", None), entry("b", math.nan), entry("c", math.inf), entry("d", -0.5)],
            "maximize",
            [("d", 1, 1)],
        ),
        ([entry("a", None), entry("b", -math.inf), entry("c", 2.0)], "minimize", [("c", 1, 1)]),
        # Minus zero equals zero.
        ([entry("a", 0.0, minute=1), entry("b", -0.0, minute=2)], "maximize", [("a", 1, 1), ("b", 1, 1)]),
        # An entry that leaves tasks out comes after all that answer more tasks, and never shares a rank with them.
        (
            [entry("a", 0.9, missing=2), entry("b", 0.5), entry("c", 0.9, missing=1), entry("d", 0.5, missing=1)],
            "maximize",
            [("b", 1, 1), ("c", 2, 2), ("d", 3, 3), ("a", 4, 4)],
        ),
        # The best entry of a team is the one that answers most tasks.
        (
            [entry("part", 0.9, team="a", missing=1), entry("whole", 0.2, team="a")],
            "maximize",
            [("whole", 1, 1), ("part", 2, None)],
        ),
        # Same score, same time: the key decides, so that the order is the same each time the board is written.
        ([entry("b", 0.5), entry("a", 0.5)], "maximize", [("a", 1, 1), ("b", 1, 1)]),
    ],
)
def test_ranks(entries: list[RankingEntry], direction: Direction, expected: list[tuple[str, int, int | None]]) -> None:
    assert [(place.entry.key, place.rank_all, place.rank_best) for place in ranked(entries, direction)] == expected


_ENTRIES = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 5).map(float)), st.sampled_from("abc"), st.integers(0, 3)),
    max_size=30,
).map(lambda rows: [entry(f"{i:02}", score, team=team, minute=m) for i, (score, team, m) in enumerate(rows)])


@given(_ENTRIES, st.sampled_from(["maximize", "minimize"]))
def test_a_rank_is_one_more_than_the_number_of_better_entries(
    entries: list[RankingEntry], direction: Direction
) -> None:
    """Compares the fast ranks with their definition."""
    sign = -1 if direction == "maximize" else 1
    places = ranked(entries, direction)
    assert [place.position for place in places] == list(range(1, len(places) + 1))
    for place in places:
        mine = sign * place.entry.score
        assert place.rank_all == 1 + sum(sign * other.entry.score < mine for other in places)
        if place.rank_best is not None:
            best = [other for other in places if other.rank_best is not None]
            assert place.rank_best == 1 + sum(sign * other.entry.score < mine for other in best)
    teams = [place.entry.competitor for place in places if place.rank_best is not None]
    assert sorted(teams) == sorted({place.entry.competitor for place in places})


@given(_ENTRIES)
def test_the_order_of_the_entries_does_not_matter(entries: list[RankingEntry]) -> None:
    assert ranked(entries, "maximize") == ranked(reversed(entries), "maximize")
