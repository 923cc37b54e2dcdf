"""DataPerf's acquisition as its offline evaluator scores it: facebookresearch/Data_Acquisition_for_ML_Benchmark.

Rows are drawn *with* replacement from NumPy's legacy generator, seeded once with 1111. Markets come in order; each has
as many trials as the specification has seeds; each trial takes the sellers in order. The models are scikit-learn's, on
float64, with the rows in the order drawn. Nothing may be reordered or merged, because the last bits depend on it. The
seeds of the specification only number the trials.

Where the offline evaluator stops with an error, this scorer continues as the corrected one does: with nothing bought it
predicts the first class, and with rows of one class it predicts that class. If there are fewer rows than the model has
neighbours, all of them vote.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from evaluators.datasets.prepared import PreparedDataset, RowIndices
from evaluators.kinds.acquisition.metrics import COST, PURCHASE_SCORE
from evaluators.kinds.acquisition.pricing import LinearPrice, exact
from evaluators.kinds.acquisition.reading import AcquisitionSubmission, Purchase
from evaluators.kinds.acquisition.rows import Stock
from evaluators.kinds.acquisition.scoring import MetricValues, Predict, answers, submission_scores
from evaluators.kinds.acquisition.specification import AcquisitionSpecification
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.learning import sklearn_1_3
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.models.base import Classes, Vectors

SEED = 1111
NEIGHBOURS = 9


def score(dataset: PreparedDataset, submission: AcquisitionSubmission, spent: Timings) -> SubmissionScores:
    """Scores with ``LogisticRegression(random_state=0)``, the configuration used for DataPerf's leaderboard."""
    return _score(dataset, submission, spent, _logistic_regression)


def score_2023(dataset: PreparedDataset, submission: AcquisitionSubmission, spent: Timings) -> SubmissionScores:
    """The same with the logistic regression of the scikit-learn of 2023."""
    return _score(dataset, submission, spent, _logistic_regression_2023)


def score_neighbours(dataset: PreparedDataset, submission: AcquisitionSubmission, spent: Timings) -> SubmissionScores:
    """Scores with ``KNeighborsClassifier(n_neighbors=9)``."""
    return _score(dataset, submission, spent, _neighbours)


def _score(
    dataset: PreparedDataset, submission: AcquisitionSubmission, spent: Timings, predict: Predict
) -> SubmissionScores:
    specification = AcquisitionSpecification.expect(dataset.specification)
    generator = np.random.RandomState(SEED)
    by_task = {}
    for purchase in submission.purchases:
        with timed(spent, "load"):
            stock = Stock.of(dataset, purchase, trials=len(specification.seeds))
        table = dataset.table(purchase.market.test_table)
        truth, test = table.labels.astype(np.int64), _beside_labels(table.embedding)
        scores = []
        for _ in specification.seeds:
            with timed(spent, "load"):
                vectors, classes = stock.take(draw(generator, purchase), np.float64)
            with timed(spent, "train"):
                predicted = answers(predict, vectors, classes, test)
            measured = ACCURACY.from_rows(truth, predicted, len(specification.classes))
            scores.append(_metrics(specification, purchase, measured))
        by_task[purchase.market.name] = scores
    return submission_scores(specification, submission, by_task, mean=_mean)


def _metrics(specification: AcquisitionSpecification, purchase: Purchase, measured: float) -> MetricValues:
    """A market's metrics in floating point, added and rounded in the offline evaluator's order."""
    market, cost = purchase.market, float_cost(purchase)
    weight = specification.accuracy_weight
    left = float(1 - exact(weight)) * (market.budget - cost) / market.budget
    return {PURCHASE_SCORE.name: weight * measured + left, ACCURACY.name: measured, COST.name: cost}


def float_cost(purchase: Purchase) -> float:
    """The cost of a purchase in floating point, added in the sellers' order.

    Raises:
        TypeError: a price is not linear.
    """
    cost = 0.0
    for seller, rows, owned in zip(purchase.market.sellers, purchase.n_rows, purchase.owned, strict=True):
        if not isinstance(seller.price, LinearPrice):
            raise TypeError(f"the price of {seller.name} is not linear")
        cost += seller.price.full_price * (rows / owned)
    return cost


def _mean(values: list[float]) -> float:
    """The offline evaluator's mean: each trial's share is rounded before it is added."""
    total = 0.0
    for value in values:
        total += value / len(values)
    return total


def draw(generator: np.random.RandomState, purchase: Purchase) -> list[RowIndices]:
    """The rows that each seller delivers in one trial: with repetitions, in the order drawn."""
    return [
        generator.choice(owned, size=rows, replace=True)
        for owned, rows in zip(purchase.owned, purchase.n_rows, strict=True)
    ]


def _beside_labels(embedding: NDArray[Any]) -> NDArray[np.float64]:
    """The vectors as a view into a wider matrix, as in the offline evaluator, where the last column is the label.

    scikit-learn chooses its neighbour search depending on whether the array is contiguous.
    """
    matrix = np.zeros((len(embedding), embedding.shape[1] + 1), np.float64)
    matrix[:, :-1] = embedding
    return matrix[:, :-1]


def _logistic_regression(train: Vectors, classes: Classes, test: Vectors) -> Classes:
    estimator = LogisticRegression(random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping after 100 iterations is part of the reference
        estimator.fit(train, classes)
    predicted: Classes = estimator.predict(test)
    return predicted


def _logistic_regression_2023(train: Vectors, classes: Classes, test: Vectors) -> Classes:
    predicted: Classes = sklearn_1_3.LogisticRegression.fit(train, classes).predict(test)
    return predicted


def _neighbours(train: Vectors, classes: Classes, test: Vectors) -> Classes:
    """Use scikit-learn's own search: rows drawn twice create ties, and how they are broken depends on its algorithm."""
    estimator = KNeighborsClassifier(n_neighbors=min(NEIGHBOURS, len(train)))
    estimator.fit(train, classes)
    predicted: Classes = estimator.predict(test)
    return predicted
