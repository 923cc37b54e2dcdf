"""What only the scorer ``online`` of an acquisition does; ``tests/parity`` has its numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition import online
from evaluators.kinds.acquisition.online import DRAWS, MAX_WORK, draw, spread
from evaluators.kinds.acquisition.reading import Purchase
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.sandbox import Limits
from evaluators.scoring.score import score
from tests.evaluators.kinds.acquisition.conftest import files


def draws(dataset: PreparedDataset, **lines: str) -> dict[str, dict[str, float]]:
    result = score(dataset, files(**lines), scorer="online")
    return {market: slices["draws"] for market, slices in result.slices.items()}


def test_a_draw_has_distinct_rows_and_never_the_last(published: PreparedDataset) -> None:
    market = AcquisitionSpecification.expect(published.specification).tasks[0]
    purchase = Purchase(market, [40, 60, 20], [39, 30, 1], [Fraction(0)] * 3)
    for seed in range(20):
        rows = draw(purchase, seed)
        assert [len(np.unique(delivered)) for delivered in rows] == [39, 30, 1]
        assert all(delivered.max() < owned - 1 for delivered, owned in zip(rows, purchase.owned, strict=True))


def test_there_are_as_many_draws_as_there_is_time_for(
    published: PreparedDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The score is that of the first draw, however many follow."""
    all_of_them = draws(published, tea="10,30,4", ink="3,0,15")
    assert {values["number"] for values in all_of_them.values()} == {DRAWS}
    scores = score(published, files(tea="10,30,4", ink="3,0,15"), scorer="online").score
    counts = []
    for work in (0.0, 2e4, 2e5):
        monkeypatch.setattr(online, "MAX_WORK", work)
        counts.append({values["number"] for values in draws(published, tea="10,30,4", ink="3,0,15").values()})
        assert score(published, files(tea="10,30,4", ink="3,0,15"), scorer="online").score == scores
    assert counts[0] == {1}
    assert 1 < max(counts[1]) < max(counts[2]) <= DRAWS


def test_all_draws_of_a_large_purchase_end_within_the_sandbox_s_time() -> None:
    """The rows that DataPerf's budget bought, 15,000 of 768 numbers, at the speed of a slow processor, 4e8 a second."""
    steps = 3000
    one = 15_000 * 768 * steps
    # A market's draws end before the one that would not fit; its first is made in any case.
    assert max(MAX_WORK, 5 * one) / 4e8 < Limits().cpu_seconds


def test_no_result_tells_the_score_of_a_single_draw(published: PreparedDataset) -> None:
    """Which row a draw has is known. Of a purchase of one row, each score would tell that row's hidden label."""
    result = score(published, files(tea="1,0,0", ink="1,0,0"), scorer="online")
    for slices in result.slices.values():
        assert slices.keys() == {"rows", "spent", "draws"}
        assert slices["draws"].keys() == {"number", "mean", "deviation", "low", "high"}


@pytest.mark.parametrize("values", [[50.0], [50.0, 50.0], list(map(float, range(101)))])
def test_the_spread_of_draws(values: list[float]) -> None:
    found: dict[str, Any] = spread(values)["draws"]
    assert found["number"] == len(values)
    assert found["mean"] == 50
    assert found["low"] == pytest.approx(50 - 47.5 * (len(values) > 2))
    assert found["high"] == pytest.approx(50 + 47.5 * (len(values) > 2))
    assert (found["deviation"] > 0) == (len(values) > 2)
