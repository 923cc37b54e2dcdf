"""An acquisition's inputs for the readiness check: rows of each task, market facts, a model's predictions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition.facts import MarketFacts
from evaluators.kinds.acquisition.pricing import affordable, exact
from evaluators.kinds.acquisition.reading import Purchase
from evaluators.kinds.acquisition.rows import Stock
from evaluators.kinds.acquisition.scoring import draw
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.kinds.task_rows import Labels, TableRows, TaskRows, rows_of_table, titled
from evaluators.kinds.training import predict_first_seed


def task_rows(dataset: PreparedDataset, specification: AcquisitionSpecification) -> list[TaskRows]:
    """The tasks in the order of the specification, each with its training and test rows."""
    found = []
    for market in specification.tasks:
        tables = tuple(dataset.table(name) for name in market.seller_tables)
        labels = np.concatenate([table.labels for table in tables]).astype(np.int64)
        name = f"sellers-{market.name}"
        sellers = TableRows(name, titled("sellers' rows", name), tables, labels, hidden=True, trusted=False)
        buyer = rows_of_table(dataset, market.buyer_table, "buyer's rows")
        others = [buyer] if market.test is not None else []
        if market.samples is not None:
            # Sellers with wrong labels are part of the challenge.
            others.append(rows_of_table(dataset, market.samples_table, "sellers' samples", trusted=False))
        test = (
            rows_of_table(dataset, market.test_table, "hidden test rows", hidden=True)
            if market.test is not None
            else buyer
        )
        mapped = np.arange(len(specification.classes))
        found.append(
            TaskRows(market.name, market.shown, specification.classes, mapped, sellers, tuple(others), test, buyer)
        )
    return found


def predict(
    dataset: PreparedDataset, specification: AcquisitionSpecification, purchase: Purchase, tasks: dict[str, TaskRows]
) -> Labels:
    """Predicted classes of the test rows, (test rows,), from the fixed model under the first seed."""
    seed = (specification.seeds[0], specification.tasks.index(purchase.market))
    vectors, classes = Stock.of(dataset, purchase, trials=1).take(draw(purchase, seed=seed), np.float64)
    test = tasks[purchase.market.name].test.vectors()
    said = predict_first_seed(specification, vectors.astype(np.float32), classes, test)
    return said if said is not None else np.full(len(test), classes[0] if len(classes) else 0, np.int64)


def market_facts(dataset: PreparedDataset) -> list[MarketFacts]:
    """For each market, what the budget buys and what all rows cost."""
    specification = dataset.specification
    if not isinstance(specification, AcquisitionSpecification):
        return []
    found = []
    for market in specification.tasks:
        owned = [len(dataset.table(name)) for name in market.seller_tables]
        budget = exact(market.budget)
        bought = [affordable(seller.price, rows, budget) for seller, rows in zip(market.sellers, owned, strict=True)]
        prices = [seller.price.cost(rows, rows) for seller, rows in zip(market.sellers, owned, strict=True)]
        found.append(
            MarketFacts(
                task=market.name,
                sellers=len(owned),
                budget=market.budget,
                everything=float(sum(prices, Fraction(0))),
                affordable_sellers=sum(1 for rows in bought if rows),
                affordable=max(rows / all_rows for rows, all_rows in zip(bought, owned, strict=True)),
            )
        )
    return found
