"""An acquisition's inputs for the readiness check: rows of each task, market facts, a model's predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition.facts import MarketFacts
from evaluators.kinds.acquisition.findings import market_findings
from evaluators.kinds.acquisition.metrics import PURCHASE_SCORE
from evaluators.kinds.acquisition.pricing import affordable, exact
from evaluators.kinds.acquisition.reading import AcquisitionSubmission, Purchase
from evaluators.kinds.acquisition.rows import Stock
from evaluators.kinds.acquisition.scoring import draw
from evaluators.kinds.acquisition.specification import AcquisitionSpecification, Market
from evaluators.kinds.findings import Finding
from evaluators.kinds.readiness import Facts, KindReadiness
from evaluators.kinds.task_rows import Labels, TableRows, TaskRows, rows_of_table, titled
from evaluators.kinds.training import predict_first_seed
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.metrics.base import ClassificationMetric
from evaluators.specification.challenge import Specification
from evaluators.specification.metrics import METRICS


class AcquisitionReadiness(KindReadiness[AcquisitionSubmission]):
    def task_rows(self, dataset: PreparedDataset) -> list[TaskRows]:
        specification = AcquisitionSpecification.expect(dataset.specification)
        return [_rows(dataset, market, specification.classes) for market in specification.tasks]

    def predictions(
        self, dataset: PreparedDataset, submission: AcquisitionSubmission, tasks: Mapping[str, TaskRows]
    ) -> dict[str, Labels]:
        return {
            purchase.market.name: _predicted(dataset, purchase, tasks[purchase.market.name])
            for purchase in submission.purchases
        }

    def measured(self, specification: Specification) -> tuple[ClassificationMetric, float]:
        known = AcquisitionSpecification.expect(specification)
        return ACCURACY, known.accuracy_weight if known.metric == PURCHASE_SCORE.name else METRICS[known.metric].factor

    def facts(self, dataset: PreparedDataset) -> Facts:
        specification = AcquisitionSpecification.expect(dataset.specification)
        return {"markets": [_facts(dataset, market) for market in specification.tasks]}

    def findings(
        self, facts: Facts, tasks: Sequence[TaskRows], smallest_differences: Mapping[str, float]
    ) -> Iterator[Finding]:
        return market_findings(facts["markets"], public_test=[task.name for task in tasks if not task.test.hidden])


def _rows(dataset: PreparedDataset, market: Market, classes: list[str]) -> TaskRows:
    tables = tuple(dataset.table(name) for name in market.seller_tables)
    labels = np.concatenate([table.labels for table in tables]).astype(np.int64)
    name = f"sellers-{market.name}"
    sellers = TableRows(name, titled("sellers' rows", name), tables, labels, hidden=True, trusted=False)
    test = buyer = rows_of_table(dataset, market.buyer_table, "buyer's rows")
    others = []
    if market.test is not None:
        test = rows_of_table(dataset, market.test_table, "hidden test rows", hidden=True)
        others.append(buyer)
    if market.samples is not None:
        # Sellers with wrong labels are part of the challenge.
        others.append(rows_of_table(dataset, market.samples_table, "sellers' samples", trusted=False))
    mapped = np.arange(len(classes))
    return TaskRows(market.name, market.shown, classes, mapped, sellers, tuple(others), test, buyer)


def _predicted(dataset: PreparedDataset, purchase: Purchase, task: TaskRows) -> Labels:
    specification = AcquisitionSpecification.expect(dataset.specification)
    seed = (specification.seeds[0], specification.tasks.index(purchase.market))
    vectors, classes = Stock.of(dataset, purchase, trials=1).take(draw(purchase, seed=seed), np.float64)
    test = task.test.vectors()
    said = predict_first_seed(specification, vectors.astype(np.float32), classes, test)
    return said if said is not None else np.full(len(test), classes[0] if len(classes) else 0, np.int64)


def _facts(dataset: PreparedDataset, market: Market) -> MarketFacts:
    """What the budget of a market buys and what all rows cost."""
    owned = [len(dataset.table(name)) for name in market.seller_tables]
    budget = exact(market.budget)
    bought = [affordable(seller.price, rows, budget) for seller, rows in zip(market.sellers, owned, strict=True)]
    prices = [seller.price.cost(rows, rows) for seller, rows in zip(market.sellers, owned, strict=True)]
    return MarketFacts(
        task=market.name,
        sellers=len(owned),
        budget=market.budget,
        everything=float(sum(prices, Fraction(0))),
        affordable_sellers=sum(1 for rows in bought if rows),
        affordable=max(rows / all_rows for rows, all_rows in zip(bought, owned, strict=True)),
    )
