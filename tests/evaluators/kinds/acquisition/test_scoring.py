"""The corrected scorer: no row drawn twice, the same draws for all, and predictions for every valid purchase."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evaluators.datasets.prepared import PreparedDataset, PreparedTable, RowIndices
from evaluators.kinds.acquisition.reading import Purchase, read
from evaluators.kinds.acquisition.scoring import draw
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.scoring.score import score
from tests.evaluators.kinds.acquisition.conftest import MakeMarket, files
from tests.markets import market as market_content

BOUGHT = {"tea": "10,30,4", "ink": "3,0,20"}


def purchase(dataset: PreparedDataset, **lines: str) -> Purchase:
    return read(dataset, files(**(BOUGHT | lines))).purchases[0]


def test_no_row_is_sold_twice_and_one_more_row_changes_no_other(market: PreparedDataset) -> None:
    fewer = draw(purchase(market), seed=(7, 0))
    more = draw(purchase(market, tea="10,31,5"), seed=(7, 0))
    for few, many, owned in zip(fewer, more, (40, 60, 20), strict=True):
        assert len(set(few.tolist())) == len(few)
        assert set(few.tolist()) <= set(many.tolist()) <= set(range(owned))
    assert [len(rows) for rows in more] == [10, 31, 5]


def test_every_market_and_seed_has_a_draw_of_its_own(market: PreparedDataset) -> None:
    drawn = [draw(purchase(market), seed=seed)[0].tolist() for seed in ((0, 0), (0, 1), (1, 0), (1, 1))]
    assert len({tuple(rows) for rows in drawn}) == 4


def test_it_is_what_the_plain_way_gives(market: PreparedDataset) -> None:
    """Accuracy from scikit-learn on whole tables, the score from its formula."""
    result = score(market, files(**BOUGHT))
    specification = market.specification
    assert isinstance(specification, AcquisitionSpecification)
    for number, task in enumerate(specification.tasks):
        test = market.table(f"test-{task.name}")
        bought = read(market, files(**BOUGHT)).purchases[number]
        for scores in result.seeds:
            rows = draw(bought, seed=(scores.seed, number))
            tables = [market.table(name) for name in task.seller_tables]
            vectors = np.concatenate([table.embedding[chosen] for table, chosen in zip(tables, rows, strict=True)])
            classes = np.concatenate([table.labels[chosen] for table, chosen in zip(tables, rows, strict=True)])
            model = LogisticRegression().fit(vectors, classes)
            found = scores.tasks[task.name]
            assert found["accuracy"] == model.score(test.embedding, test.labels)
            left = (50 - found["cost"]) / 50
            assert found["score"] == pytest.approx(0.98 * found["accuracy"] + 0.02 * left, abs=1e-15)
    assert result.tasks["tea"]["cost"] == 48.5
    assert result.score.value == pytest.approx(np.mean([task["score"] for task in result.tasks.values()]))


def test_nothing_bought_answers_the_first_class(market: PreparedDataset) -> None:
    found = score(market, files(tea="0,0,0", ink="0,0,0"))
    share = float(np.mean(market.table("test-tea").labels == 0))
    assert found.tasks["tea"] == pytest.approx({"accuracy": share, "cost": 0, "score": 0.98 * share + 0.02})


def test_rows_of_one_class_answer_that_class(market: PreparedDataset) -> None:
    uploads = files(tea="1,0,0", ink="0,0,0")
    bought = read(market, uploads).purchases[0]
    labels = market.table("test-tea").labels
    for scores in score(market, uploads).seeds:
        sold = market.table("seller-tea-0").labels[draw(bought, seed=(scores.seed, 0))[0][0]]
        assert scores.tasks["tea"]["accuracy"] == np.mean(labels == sold)


def test_without_hidden_test_rows_the_buyers_own_are_used(make_market: MakeMarket) -> None:
    dataset = make_market(tasks=[market_content("tea", test=False)])
    found = score(dataset, files(tea="0,0,0"))
    assert found.tasks["tea"]["accuracy"] == np.mean(dataset.table("buyer-tea").labels == 0)


def test_slices_say_what_was_bought_and_spent(market: PreparedDataset) -> None:
    found = score(market, files(**BOUGHT)).slices["ink"]
    assert found == {"rows": {"mill": 3, "barn": 0, "loft": 20}, "spent": {"mill": 6, "barn": 0, "loft": 10}}


def test_only_drawn_rows_are_taken(market: PreparedDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    vectors = PreparedTable.vectors

    def counting(table: PreparedTable, rows: RowIndices) -> NDArray[Any]:
        taken.append(len(rows))
        return vectors(table, rows)

    monkeypatch.setattr(PreparedTable, "vectors", counting)
    score(market, files(**BOUGHT))
    assert sum(taken) == 3 * (44 + 23)
