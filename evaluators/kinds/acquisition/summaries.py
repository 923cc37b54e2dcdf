"""The public summary of a seller's rows: what a buyer sees before buying.

The format is DataPerf's, one object for each seller::

    {"row_number": 1200,                          rows owned
     "column_number": 65,                         dimensions, plus one for the label
     "hist": {"0": {"0_size": 3, …, "9_size": 37, "0_range": -0.72, …, "10_range": 0.48}, …},
     "label_correlation": {"0": 0.085, …},        Pearson correlation of a dimension with the class number
     "class_counts": {"0": 700, "1": 500}}        our addition, not in DataPerf

``hist`` counts a dimension's values in ten bins of equal width from the smallest to the largest value. A value on an
edge belongs to the bin above it, the largest value to the last bin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 10
DIGITS = 6

Floats = NDArray[np.float64]
Batches = Callable[[], Iterator[tuple[NDArray[Any], NDArray[Any]]]]
"""Each call starts a new pass over batches of (rows, dimensions) vectors and (rows,) class numbers."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One seller as a buyer sees it: ``means`` (estimated from the bins) and ``correlation``, both (dimensions,)."""

    rows: int
    means: Floats
    correlation: Floats


def summarise(batches: Batches, classes: list[str]) -> dict[str, Any]:
    """Summarise rows in two passes; only one batch is in memory at a time.

    Numbers are rounded to six digits, so that a summary does not grow into a copy of the data.
    """
    extent = _extent(batches)
    edges = np.linspace(extent.least, extent.most, BINS + 1)
    sizes = np.zeros((BINS, len(extent.means)), np.int64)
    variance, shared = np.zeros_like(extent.means), np.zeros_like(extent.means)
    label_variance, counts = 0.0, np.zeros(len(classes), np.int64)
    width = np.where(extent.most > extent.least, extent.most - extent.least, 1.0)
    for vectors, labels in batches():
        values = vectors.astype(np.float64)
        bins = np.minimum(((values - extent.least) / width * BINS).astype(np.int64), BINS - 1)
        for number in range(BINS):
            sizes[number] += (bins == number).sum(axis=0)
        offsets = labels - extent.label_mean
        centred = values - extent.means
        variance += (centred**2).sum(axis=0)
        shared += offsets @ centred
        label_variance += float(offsets @ offsets)
        counts += np.bincount(labels, minlength=len(classes))
    scale = np.sqrt(variance * label_variance)
    correlation = np.divide(shared, scale, out=np.zeros_like(shared), where=scale > 0)
    return {
        "row_number": extent.rows,
        "column_number": len(extent.means) + 1,
        "hist": {str(place): _histogram(sizes[:, place], edges[:, place]) for place in range(len(extent.means))},
        "label_correlation": {str(place): _rounded(value) for place, value in enumerate(correlation.tolist())},
        "class_counts": dict(zip(classes, counts.tolist(), strict=True)),
    }


@dataclass(frozen=True, slots=True)
class _Extent:
    rows: int
    least: Floats
    most: Floats
    means: Floats
    label_mean: float


def _extent(batches: Batches) -> _Extent:
    """The first pass: ranges and sums from which the bins and correlations are computed."""
    rows, total, label_total = 0, 0.0, 0
    least, most = np.inf, -np.inf
    for vectors, labels in batches():
        values = vectors.astype(np.float64)
        rows += len(values)
        least, most = np.minimum(least, values.min(axis=0)), np.maximum(most, values.max(axis=0))
        total = total + values.sum(axis=0)
        label_total += int(labels.sum())
    if rows == 0:
        raise ValueError("there are no rows to summarise")
    return _Extent(rows, np.asarray(least), np.asarray(most), np.asarray(total) / rows, label_total / rows)


def _histogram(sizes: NDArray[np.int64], edges: Floats) -> dict[str, float]:
    counted: dict[str, float] = {f"{number}_size": size for number, size in enumerate(sizes.tolist())}
    return counted | {f"{number}_range": _rounded(edge) for number, edge in enumerate(edges.tolist())}


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def read_summary(content: Any) -> Summary:
    """Read a summary parsed from JSON, DataPerf's or ours.

    A constant dimension has no correlation (DataPerf writes NaN); it is read as 0. If the label is described too, as
    the last column, it is left out.

    Raises:
        ValueError: it is not a summary.
    """
    try:
        rows, dimensions = content["row_number"], content["column_number"] - 1
        histograms = _by_dimension(content["hist"], dimensions)
        correlation = np.array(_by_dimension(content["label_correlation"], dimensions), np.float64)
        means = np.array([_mean(histogram) for histogram in histograms])
    except (TypeError, KeyError, ValueError, AttributeError, ArithmeticError) as error:
        wanted = "row_number, column_number, hist and label_correlation"
        raise ValueError(f"is not a summary with {wanted}, one entry for each dimension") from error
    if type(rows) is not int or rows < 1:
        raise ValueError("row_number is not a whole number above zero")
    return Summary(rows, means, np.nan_to_num(correlation))


def _by_dimension(entries: dict[str, Any], dimensions: int) -> list[Any]:
    ordered = [entries[name] for name in sorted(entries, key=int)]
    if len(ordered) not in (dimensions, dimensions + 1):
        raise ValueError("not one entry for each dimension")
    return ordered[:dimensions]


def _mean(histogram: dict[str, float]) -> float:
    """The mean of a dimension, assuming that all values lie in the middle of their bins."""
    bins = len(histogram) // 2
    sizes = np.array([histogram[f"{number}_size"] for number in range(bins)])
    edges = np.array([histogram[f"{number}_range"] for number in range(bins + 1)])
    return float(sizes @ (edges[:-1] + edges[1:]) / 2 / sizes.sum())
