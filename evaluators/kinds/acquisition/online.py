"""DataPerf's acquisition as its site scored it (Dynabench, January 2023).

A market's score is the accuracy in hundredths of one logistic regression, trained on one draw of the rows bought:
distinct rows, of all but a seller's last one, by Python's ``random.sample``, seller by seller. The site had no seed, so
every upload had its own luck. Here the draw has seed 0, and 99 more draws say how far a score could have been from it:
by market, ``slices`` has their number, mean, standard deviation and the interval that holds 95 in 100 as ``draws``.
There are fewer if the regression takes very long, see ``MAX_WORK``. Single draws are not in the result: which rows they
have is known, and so their scores would tell of hidden labels.

The site tested all markets on one hidden set; this scorer takes the market's own.
"""

from __future__ import annotations

import random

import numpy as np

from evaluators.datasets.prepared import PreparedDataset, RowIndices
from evaluators.kinds.acquisition.metrics import COST, ONLINE_ACCURACY
from evaluators.kinds.acquisition.reading import AcquisitionSubmission, Purchase
from evaluators.kinds.acquisition.reference import float_cost
from evaluators.kinds.acquisition.rows import Stock
from evaluators.kinds.acquisition.scoring import answers
from evaluators.kinds.acquisition.specification import ONLINE_SEED, AcquisitionSpecification
from evaluators.kinds.records import SeedScores
from evaluators.kinds.scores import SubmissionScores, Timings, timed
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.models.base import Classes, Vectors
from evaluators.learning.sklearn_1_3 import LogisticRegression

DRAWS = 100
MAX_ITER = 3000
MAX_WORK = 1.5e11
"""How many numbers of training rows the regressions of a submission may read in all draws.

The first draw of each market is made in any case. A slow processor reads 4e8 to 1e9 in a second, so this is at most six
minutes. A draw of 2,000 rows of 768 numbers reads about 1e8 to 5e9, depending on how soon the regression stops.
"""

LOADING = 20
"""What loading and predicting a draw takes, as readings of its rows."""

LEVEL = 0.95


def score(dataset: PreparedDataset, submission: AcquisitionSubmission, spent: Timings) -> SubmissionScores:
    """The accuracy in hundredths of the draw with seed 0, and what other draws give; see the module.

    Raises:
        TypeError: the dataset is of another kind.
    """
    specification = AcquisitionSpecification.expect(dataset.specification)
    tasks: dict[str, dict[str, float]] = {}
    slices: dict[str, dict[str, dict[str, float]]] = {}
    for purchase in submission.purchases:
        drawn = accuracies(dataset, specification, purchase, spent)
        tasks[purchase.market.name] = {
            ONLINE_ACCURACY.name: 100 * drawn[0],
            ACCURACY.name: drawn[0],
            COST.name: float_cost(purchase),
        }
        slices[purchase.market.name] = purchase.slices() | spread([100 * value for value in drawn])
    return SubmissionScores(seeds=[SeedScores(seed=ONLINE_SEED, tasks=tasks)], slices=slices)


def accuracies(
    dataset: PreparedDataset, specification: AcquisitionSpecification, purchase: Purchase, spent: Timings
) -> list[float]:
    """The accuracy of every draw, a fraction; the first is the score. ``spent`` receives the seconds."""
    with timed(spent, "load"):
        stock = Stock.of(dataset, purchase, trials=DRAWS)
    table = dataset.table(purchase.market.test_table)
    truth, test = table.labels.astype(np.int64), np.asarray(table.embedding).astype(np.float64)
    measured: list[float] = []
    work = 0.0
    left = MAX_WORK / len(specification.tasks)

    def predict(X_train: Vectors, y_train: Classes, X_test: Vectors) -> Classes:
        nonlocal work
        model = LogisticRegression.fit(X_train, y_train, max_iter=MAX_ITER)
        work += float(X_train.size) * model.evaluations
        predicted: Classes = model.predict(X_test)
        return predicted

    for seed in range(DRAWS):
        with timed(spent, "load"):
            vectors, classes = stock.take(draw(purchase, seed), np.float64)
        work = float(vectors.size) * LOADING
        with timed(spent, "train"):
            predicted = answers(predict, vectors, classes, test)
        measured.append(ACCURACY.from_rows(truth, predicted, len(specification.classes)))
        left -= work
        if left < work:  # the next draw takes about as long
            break
    return measured


def draw(purchase: Purchase, seed: int) -> list[RowIndices]:
    """The rows that each seller delivers: distinct, in the order drawn, never the last one; (bought rows,), int64."""
    generator = random.Random(seed)  # noqa: S311 - the site's own generator
    return [
        np.array(generator.sample(range(owned - 1), rows), np.int64)
        for owned, rows in zip(purchase.owned, purchase.n_rows, strict=True)
    ]


def spread(values: list[float]) -> dict[str, dict[str, float]]:
    """What the draws of a market gave: their number, mean, standard deviation and interval."""
    outside = 50 * (1 - LEVEL)
    low, high = np.percentile(values, [outside, 100 - outside]).tolist()
    return {
        "draws": {
            "number": float(len(values)),
            "mean": float(np.mean(values)),
            "deviation": float(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
            "low": low,
            "high": high,
        },
    }
