"""What is asked of one kind alone: wrong labels that matter, markets in which there is something to buy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition.pricing import affordable, exact
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.kinds.cleaning.specification import CleaningSpecification
from evaluators.kinds.cleaning.training import load
from evaluators.learning.metrics import accuracy
from evaluators.readiness.ceiling import answers
from evaluators.readiness.report import Cleaning, Market


def cleaning_facts(dataset: PreparedDataset) -> list[Cleaning]:
    """For each task of a cleaning: how many labels are wrong, and what the model loses by them."""
    specification = dataset.specification
    if not isinstance(specification, CleaningSpecification):
        return []
    found = []
    for plan in specification.plans.values():
        data = load(dataset, plan)
        train, test = data.train.astype(np.float32), data.test.astype(np.float32)
        accuracies = []
        for labels in (data.noisy, data.true):
            said = answers(specification, train, labels, test)
            said = said if said is not None else np.full(len(test), labels[0], np.int64)
            accuracies.append(round(accuracy(data.test_labels, said, len(plan.classes)), 6))
        found.append(
            Cleaning(
                task=plan.name,
                rows=len(data.noisy),
                wrong=int(data.wrong.sum()),
                accuracy_noisy=accuracies[0],
                accuracy_clean=accuracies[1],
            )
        )
    return found


def market_facts(dataset: PreparedDataset) -> list[Market]:
    """For each market: what the budget buys, and what everything costs."""
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
            Market(
                task=market.name,
                sellers=len(owned),
                budget=market.budget,
                everything=float(sum(prices, Fraction(0))),
                affordable_sellers=sum(1 for rows in bought if rows),
                affordable=max(rows / all_rows for rows, all_rows in zip(bought, owned, strict=True)),
            )
        )
    return found
