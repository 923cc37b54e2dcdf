"""Confident learning with cleanlab (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating uncertainty in
dataset labels").

A row's label is an issue if the classifier, trained on other rows, calls it another class with more confidence than it
has on average in that class; as many are taken in each class as the estimated confusion of labels has it.
"""

from __future__ import annotations

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from evaluators.kinds.cleaning.baselines.problem import CleaningProblem, Labelled, Suspicion
from evaluators.problems.problem import BundleError, Problem

FOLDS = 5
RANKING = "normalized_margin"
"""By how much the label's probability is behind that of the likeliest other class."""


def choose(problem: CleaningProblem, generator: np.random.Generator) -> Suspicion:
    """Issues first, each part by its margin. The proposed class is the likeliest one."""
    classes = problem.train.classes
    probabilities = out_of_fold(problem.train, problem.class_count, generator)
    issues = find_label_issues(classes, probabilities, n_jobs=1)
    quality = get_label_quality_scores(classes, probabilities, method=RANKING)
    return Suspicion(issues - quality, probabilities.argmax(axis=1))


def out_of_fold(train: Labelled, class_count: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """The classes' probabilities of every row by a logistic regression on the other folds, (rows, class_count).

    Raises:
        BundleError: there is one row, so there are no others to learn from.
    """
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
        with threadpool_limits(limits=1):  # as in scoring: small products are faster so, and always the same
            model = LogisticRegression(max_iter=1000).fit(train.embedding[others], train.classes[others])
            probabilities[np.ix_(held_out, present)] = model.predict_proba(train.embedding[held_out])
    return probabilities
