"""Draw the purchased rows, train the fixed model on them, and weigh its accuracy against the cost.

For every market and seed, a separate generator shuffles each seller's rows; buying *n* rows gets the first *n*. So no
row is delivered twice, and buying one more row adds that row without changing the others: all purchases are compared
under the same draws.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import fmean

import numpy as np

from evaluators.datasets.prepared import PreparedDataset, RowIndices
from evaluators.kinds.acquisition.metrics import COST, PURCHASE_SCORE
from evaluators.kinds.acquisition.pricing import exact
from evaluators.kinds.acquisition.reading import AcquisitionSubmission, Purchase
from evaluators.kinds.acquisition.rows import Stock
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.models.base import Classes, FixedModel, Vectors

MetricValues = dict[str, float]
Predict = Callable[[Vectors, Classes, Vectors], Classes]
"""Trains on vectors (rows, dimensions) with classes (rows,) and predicts the classes of other vectors."""


def score(dataset: PreparedDataset, submission: AcquisitionSubmission, spent: Timings) -> SubmissionScores:
    """The scores of a valid acquisition submission.

    Accuracy and score are fractions from 0 to 1, the cost is in the currency of the prices. ``spent`` receives the
    seconds of ``load`` and ``train``.

    Raises:
        TypeError: the dataset is of another kind.
    """
    specification = AcquisitionSpecification.expect(dataset.specification)
    by_task = {
        purchase.market.name: _market_scores(dataset, specification, purchase, spent)
        for purchase in submission.purchases
    }
    return submission_scores(specification, submission, by_task)


def _market_scores(
    dataset: PreparedDataset, specification: AcquisitionSpecification, purchase: Purchase, spent: Timings
) -> list[MetricValues]:
    """The metrics of one market under every seed."""
    market = purchase.market
    number = specification.tasks.index(market)
    with timed(spent, "load"):
        stock = Stock.of(dataset, purchase, trials=len(specification.seeds))
    table = dataset.table(market.test_table)
    truth, test = table.labels.astype(np.int64), np.asarray(table.embedding).astype(np.float64)
    model = specification.model.untrained()
    scores = []
    for seed in specification.seeds:
        with timed(spent, "load"):
            vectors, classes = stock.take(draw(purchase, seed=(seed, number)), np.float64)
        with timed(spent, "train"):
            predict = partial(_predict, model, seed)
            predicted = answers(predict, vectors, classes, test)
        measured = ACCURACY.from_rows(truth, predicted, len(specification.classes))
        scores.append(metrics(specification, purchase, measured))
    return scores


def _predict(model: FixedModel, seed: int, X_train: Vectors, y_train: Classes, X_test: Vectors) -> Classes:
    return model.fit_predict(X_train, y_train, X_test, seeds=[seed])[0]


def draw(purchase: Purchase, *, seed: tuple[int, int]) -> list[RowIndices]:
    """The rows that each seller delivers: for each an array (bought rows,) of int64, ascending, without repetition.

    ``seed`` is the seed of the challenge and the number of the market; the same pair gives the same rows.
    """
    generator = np.random.default_rng(seed)
    return [
        np.sort(generator.permutation(owned)[:rows])
        for owned, rows in zip(purchase.owned, purchase.n_rows, strict=True)
    ]


def answers(predict: Predict, X_train: Vectors, y_train: Classes, X_test: Vectors) -> Classes:
    """Predictions of ``predict``, (test rows,), int64.

    It is always the first class without training rows, and the only class if there is just one. ``X_train`` and
    ``X_test`` are (rows, dimensions), float32 or float64; ``y_train`` is (rows,), int64.
    """
    if len(np.unique(y_train)) < 2:
        return np.full(len(X_test), y_train[0] if len(y_train) else 0, np.int64)
    return predict(X_train, y_train, X_test)


def metrics(specification: AcquisitionSpecification, purchase: Purchase, measured: float) -> MetricValues:
    """A market's metrics, given the measured accuracy, a fraction from 0 to 1.

    Money is counted exactly, as fractions of whole numbers, and rounded once at the end.
    """
    weight, budget = exact(specification.accuracy_weight), exact(purchase.market.budget)
    left = (budget - purchase.cost) / budget
    return {
        PURCHASE_SCORE.name: float(weight) * measured + float((1 - weight) * left),
        ACCURACY.name: measured,
        COST.name: float(purchase.cost),
    }


def submission_scores(
    specification: AcquisitionSpecification,
    submission: AcquisitionSubmission,
    by_task: dict[str, list[MetricValues]],
    *,
    mean: Callable[[list[float]], float] = fmean,
) -> SubmissionScores:
    """Combine the metrics of every market under every seed.

    ``by_task`` has, for each market, a list of metrics in the order of the seeds. ``mean`` averages a metric over them.
    """
    return SubmissionScores(
        seeds=[
            SeedScores(seed=seed, tasks={task: scores[place] for task, scores in by_task.items()})
            for place, seed in enumerate(specification.seeds)
        ],
        mean=mean,
        slices={purchase.market.name: purchase.slices() for purchase in submission.purchases},
    )
