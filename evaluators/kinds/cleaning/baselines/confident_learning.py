"""Confident learning with cleanlab (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating uncertainty in
dataset labels").

The label of a row is an issue if a classifier trained on other rows predicts another class with more confidence than
its average confidence in that class. The number of issues taken per class follows the estimated confusion of labels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.cleaning.baselines.problem import CleaningProblem, Labelled, Suspicion
from evaluators.problems.problem import BundleError, Problem

FOLDS = 5
RANKING = "normalized_margin"
"""The margin: the label's probability minus the probability of the most likely other class."""


def choose(problem: CleaningProblem, generator: np.random.Generator) -> Suspicion:
    """Label issues first, then the other rows, both by margin. The proposed class is the most likely one."""
    from cleanlab.filter import find_label_issues  # noqa: PLC0415 - not on the site, which lists this baseline
    from cleanlab.rank import get_label_quality_scores  # noqa: PLC0415 - not on the site

    classes = problem.train.classes
    probabilities = out_of_fold(problem.train, problem.class_count, generator)
    issues = find_label_issues(classes, probabilities, n_jobs=1)
    quality = get_label_quality_scores(classes, probabilities, method=RANKING)
    return Suspicion(issues - quality, probabilities.argmax(axis=1))


BASELINE = BaselineInfo(
    name="confident-learning",
    title="Confident learning",
    meaning=(
        "first the rows of which a logistic regression on the other folds is surest that they are of another class "
        "(cleanlab)"
    ),
    paper="Northcutt et al. 2021, Confident learning: estimating uncertainty in dataset labels",
    choose=choose,
)


def out_of_fold(train: Labelled, class_count: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Class probabilities of every row from a logistic regression on the other folds, (rows, class_count).

    Raises:
        BundleError: there is only one row, so there are no others to learn from.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - not on the site

    rows = len(train.classes)
    if rows == 1:
        raise BundleError(Problem("the training set has one row.", "Confident learning judges a row by the others."))
    probabilities = np.zeros((rows, class_count))
    for held_out in np.array_split(generator.permutation(rows), min(FOLDS, rows)):
        others = np.setdiff1d(np.arange(rows), held_out)
        present = np.unique(train.classes[others])
        if len(present) == 1:
            probabilities[held_out, present[0]] = 1
            continue
        with threadpool_limits(limits=1):  # as in scoring: faster for small products, and reproducible
            model = LogisticRegression(max_iter=1000).fit(train.embedding[others], train.classes[others])
            probabilities[np.ix_(held_out, present)] = model.predict_proba(train.embedding[held_out])
    return probabilities
