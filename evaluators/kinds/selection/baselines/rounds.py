"""Active learning on a pool: label a few rows, train, query the rows the classifier is least certain about, repeat.

Shared by the active-learning baselines, which differ in the candidates that may be queried. The query strategy is
scikit-activeml's uncertainty sampling by the smallest margin between the two most probable classes (Settles 2009,
"Active learning literature survey"), with a class-weighted logistic regression whatever the challenge's fixed model is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from evaluators.kinds.selection.baselines.problem import Rows, SelectionProblem
from evaluators.kinds.selection.baselines.stratified import choose as stratified

ROUNDS = 10

Candidates = Callable[[Rows], Rows]
"""Maps all rows chosen so far to the candidates for the next query; chosen rows are excluded in any case."""


def in_rounds(problem: SelectionProblem, generator: np.random.Generator, candidates: Candidates) -> Rows:
    """Spend the budget: half stratified at random, the rest in ``ROUNDS`` rounds on the least certain ``candidates``.

    The classifier learns from the examples, if any, and from every row chosen so far, with its known or guessed class.
    The examples could be enough to start it, but the fixed model is trained only on the chosen rows, and a set of
    nothing but uncertain rows teaches it little.

    When no candidate is left, all rows are candidates.
    """
    count = min(problem.budget, len(problem.classes))
    # At least one row of every class; nothing can be learned from a single class.
    start = count if len(problem.by_class) == 1 else min(count, max(len(problem.by_class), count // 2))
    chosen = stratified(replace(problem, budget=start), generator)
    for left in range(ROUNDS, 0, -1):
        batch = -(-(count - len(chosen)) // left)
        while batch:
            open_rows = np.setdiff1d(candidates(chosen), chosen)
            if not len(open_rows):
                open_rows = np.setdiff1d(np.arange(len(problem.classes)), chosen)
            asked = _least_certain(problem, chosen, open_rows, min(batch, len(open_rows)), generator)
            chosen = np.concatenate([chosen, asked])
            batch -= len(asked)
    return chosen


def _least_certain(
    problem: SelectionProblem, chosen: Rows, candidates: Rows, count: int, generator: np.random.Generator
) -> Rows:
    from skactiveml.classifier import SklearnClassifier  # noqa: PLC0415 - not on the site, which lists its baselines
    from skactiveml.pool import UncertaintySampling  # noqa: PLC0415 - not on the site
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - not on the site

    vectors, classes = problem.embedding[chosen], problem.classes[chosen]
    if problem.examples is not None:
        vectors = np.concatenate([problem.examples.embedding, vectors])
        classes = np.concatenate([problem.examples.classes, classes])
    classifier = SklearnClassifier(LogisticRegression(class_weight="balanced", max_iter=200))
    # The strategy breaks ties at random.
    strategy = UncertaintySampling(method="margin_sampling", random_state=int(generator.integers(2**31)))
    asked = strategy.query(
        vectors,
        classes.astype(np.float64),  # scikit-activeml marks unlabelled rows with NaN.
        classifier,
        candidates=problem.embedding[candidates],
        batch_size=count,
    )
    rows: Rows = candidates[asked]
    return rows
