"""What a submission found: counts and, if the challenge reveals it, row by row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.cleaning.reading import DROPPED, TaskLabels, TaskRanking
from evaluators.kinds.cleaning.specification import CleaningSpecification
from evaluators.kinds.cleaning.training import TaskData

Slices = dict[str, dict[str, float]]

PERCENTAGES = (10, 25, 50, 100)


def ranking_slices(specification: CleaningSpecification, data: TaskData, ranking: TaskRanking) -> Slices:
    """``errors``: how many wrong labels are among the first 10, 25, 50 and 100 % of the ranked rows.

    With ``reveal: fixes`` also ``fixes`` (for every id 1 if its label was wrong, else 0) and ``places`` (its index in
    the ranking, counted from 0), because a result orders its keys alphabetically.
    """
    wrong = data.wrong[ranking.row_indices]
    rows = len(wrong)
    found: Slices = {
        "errors": {f"first {per_cent} %": float(wrong[: -(-rows * per_cent // 100)].sum()) for per_cent in PERCENTAGES}
    }
    if ranking.seconds is not None:
        found["reported"] = {"seconds": ranking.seconds}
    revealed = _revealed(specification, data, ranking.row_indices)
    if revealed:
        found["places"] = {name: float(place) for place, name in enumerate(revealed["fixes"])}
    return found | revealed


def label_slices(specification: CleaningSpecification, data: TaskData, labels: TaskLabels) -> Slices:
    """``outcomes``: what happened to the rows in the submission.

    ``mended`` had a wrong label and now have the right one; ``still wrong`` had a wrong label and got another wrong
    one; ``errors dropped`` had a wrong label; ``spoilt`` and ``right dropped`` had the right one. ``errors left``
    counts the wrong labels of rows not submitted. With ``reveal: fixes`` also ``fixes``: for every submitted id 1 if
    its label was wrong, else 0.
    """
    wrong = data.wrong[labels.row_indices]
    dropped = labels.classes == DROPPED
    right_now = labels.classes == data.true[labels.row_indices]
    counts = {
        "mended": wrong & right_now,
        "still wrong": wrong & ~right_now & ~dropped,
        "errors dropped": wrong & dropped,
        "spoilt": ~wrong & ~dropped,
        "right dropped": ~wrong & dropped,
    }
    outcomes = {name: float(rows.sum()) for name, rows in counts.items()}
    outcomes["errors left"] = float(data.wrong.sum() - wrong.sum())
    return {"outcomes": outcomes} | _revealed(specification, data, labels.row_indices)


def _revealed(specification: CleaningSpecification, data: TaskData, rows: NDArray[np.int64]) -> Slices:
    if specification.reveal != "fixes":
        return {}
    return {"fixes": {data.ids[row]: float(data.wrong[row]) for row in rows.tolist()}}
