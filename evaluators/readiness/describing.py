"""Facts about a table (constant dimensions, distinct rows, conflicting labels, norms) and drift between two tables."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from evaluators.kinds.task_rows import Floats, Labels, TableRows
from evaluators.readiness.copies import Hashes, conflicts, distinct
from evaluators.readiness.neighbours import SEED, sample
from evaluators.readiness.report import Drift, TableFacts

QUANTILES = (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)
MAX_DRIFT_ROWS = 1_000
MIN_DRIFT_ROWS = 30


def table_facts(rows: TableRows, hashes: Hashes) -> TableFacts:
    """Facts about a table, from one pass over its embeddings."""
    least, most = np.full(rows.dimensions, np.inf), np.full(rows.dimensions, -np.inf)
    norms = []
    for chunk in rows.chunks():
        least, most = np.minimum(least, chunk.min(axis=0)), np.maximum(most, chunk.max(axis=0))
        norms.append(np.linalg.norm(chunk, axis=1))
    labelled = rows.labels is not None and rows.trusted
    return TableFacts(
        name=rows.name,
        title=rows.title,
        hidden=rows.hidden,
        rows=len(rows),
        dimensions=rows.dimensions,
        distinct=distinct(hashes),
        dead=int((least == most).sum()),
        conflicts=int(conflicts(hashes, rows.labels).sum()) if labelled and rows.labels is not None else None,
        norms=[float(f"{value:.6g}") for value in np.quantile(np.concatenate(norms), QUANTILES).tolist()],
    )


def drift(left: TableRows, right: TableRows) -> Drift | None:
    """How well logistic regression tells the tables apart (a classifier two-sample test, Lopez-Paz and Oquab 2017).

    If both have labels, the same number of rows of each class is drawn from both, as a test set may legitimately have
    more rows of rare classes. Each half is tested with the model trained on the other half. None with too few rows.
    """
    by_class = left.labels is not None and right.labels is not None
    chosen = _matched(left.labels, right.labels) if by_class else _equally_many(len(left), len(right))
    if chosen is None or len(chosen[0]) < MIN_DRIFT_ROWS:
        return None
    vectors = np.concatenate([left.vectors(np.sort(chosen[0])), right.vectors(np.sort(chosen[1]))])
    side = np.repeat([0, 1], [len(chosen[0]), len(chosen[1])])
    return Drift(
        left=left.title,
        right=right.title,
        auc=round(_auc(vectors, side), 4),
        rows=len(chosen[0]),
        by_class=by_class,
    )


def _auc(vectors: Floats, side: Labels) -> float:
    spread = vectors.std(axis=0)
    scaled = (vectors - vectors.mean(axis=0)) / np.where(spread > 0, spread, 1)
    half = np.zeros(len(side), bool)
    half[np.random.default_rng(SEED).permutation(len(side))[: len(side) // 2]] = True
    found = []
    for learned in (half, ~half):
        if len(np.unique(side[learned])) < 2 or len(np.unique(side[~learned])) < 2:
            return 0.5
        model = LogisticRegression(C=0.01, max_iter=200).fit(scaled[learned], side[learned])
        found.append(roc_auc_score(side[~learned], model.decision_function(scaled[~learned])))
    return float(np.mean(found))


def _equally_many(left: int, right: int) -> tuple[Labels, Labels]:
    rows = min(left, right, MAX_DRIFT_ROWS)
    return sample(left, rows), sample(right, rows)


def _matched(left: Labels | None, right: Labels | None) -> tuple[Labels, Labels] | None:
    """Row indices of both tables with equal numbers of rows of each class, as many as the smaller side has."""
    if left is None or right is None:
        return None
    classes = np.intersect1d(left, right)
    places = [(np.flatnonzero(left == name), np.flatnonzero(right == name)) for name in classes]
    counts = np.array([min(map(len, pair)) for pair in places])
    if not counts.sum():
        return None
    part = min(1.0, MAX_DRIFT_ROWS / counts.sum())
    wanted = np.ceil(counts * part).astype(int)
    return (
        np.concatenate([mine[sample(len(mine), many)] for (mine, _), many in zip(places, wanted, strict=True)]),
        np.concatenate([theirs[sample(len(theirs), many)] for (_, theirs), many in zip(places, wanted, strict=True)]),
    )
