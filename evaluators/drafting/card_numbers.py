"""The statistics of one table for a data card, in memory that hardly grows with the table."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.drafting.reports import Histogram
from evaluators.tables.raw.base import RawBatch, RawColumn, RawFile

BINS = 40
MAX_QUERIES = 1000
"""How many rows are compared with all rows of their table to find their nearest neighbour."""

MAX_LABELS = 1000

Floats = NDArray[np.float64]


class TableNumbers:
    """Statistics collected in one pass over the files of a table.

    ``norms``, (rows,), float32, are the lengths of the vectors. ``digests``, (rows,), uint64, are hashes: two rows have
    the same digest if their numbers are equal. Both are empty if there is no embedding.
    """

    def __init__(self, *, embedding: str | None, label: str | None, group: str | None, id_column: str | None) -> None:
        self.embedding, self.label, self.group, self.id = embedding, label, group, id_column
        self.rows = 0
        self.dimensions: int | None = None
        self.dtype: str | None = None
        self.labels: Counter[str] = Counter()
        self.missing: dict[str, int] = {}
        self._norms: list[NDArray[np.float32]] = []
        self._digests: list[NDArray[np.uint64]] = []
        self._ids: list[NDArray[np.uint64]] = []
        self._groups: set[int] = set()
        self._only: dict[str, str | None] = {}
        self._least: NDArray[Any] | None = None
        self._most: NDArray[Any] | None = None

    def add(self, batch: RawBatch) -> None:
        self.rows += batch.count
        for name, values in batch.texts.items():
            self.missing[name] = self.missing.get(name, 0) + values.count("")
            kinds = set(values)
            only = self._only.setdefault(name, next(iter(kinds)))
            self._only[name] = only if kinds == {only} else None
        if self.label in batch.texts:
            self.labels.update(batch.texts[self.label])
        if self.group in batch.texts:
            self._groups.update(map(hash, batch.texts[self.group]))
        if self.id in batch.texts:
            self._ids.append(_named(value.encode("utf-8", "surrogatepass") for value in batch.texts[self.id]))
        if self.embedding in batch.vectors:
            self._add_vectors(batch.vectors[self.embedding])

    def _add_vectors(self, vectors: NDArray[Any]) -> None:
        self.dimensions, self.dtype = vectors.shape[1], str(vectors.dtype)
        self._norms.append(np.linalg.norm(vectors.astype(np.float64), axis=1).astype(np.float32))
        self._digests.append(_named((row + row.dtype.type(0)).tobytes() for row in vectors))
        least, most = vectors.min(axis=0), vectors.max(axis=0)
        self._least = least if self._least is None else np.minimum(self._least, least)
        self._most = most if self._most is None else np.maximum(self._most, most)

    @property
    def norms(self) -> NDArray[np.float32]:
        return np.concatenate(self._norms) if self._norms else np.empty(0, np.float32)

    @property
    def digests(self) -> NDArray[np.uint64]:
        return np.concatenate(self._digests) if self._digests else np.empty(0, np.uint64)

    @property
    def repeated_ids(self) -> int:
        ids = np.concatenate(self._ids) if self._ids else np.empty(0, np.uint64)
        return len(ids) - len(np.unique(ids))

    @property
    def groups(self) -> int | None:
        return len(self._groups) if self.group is not None else None

    @property
    def constant_columns(self) -> list[str]:
        return [name for name, only in self._only.items() if only is not None] if self.rows > 1 else []

    @property
    def constant_dimensions(self) -> int | None:
        if self._least is None or self._most is None:
            return None
        return int((self._least == self._most).sum())


def _named(rows: Iterator[bytes]) -> NDArray[np.uint64]:
    content = b"".join(hashlib.blake2b(row, digest_size=8).digest() for row in rows)
    return np.frombuffer(content, np.uint64)


def histogram(values: NDArray[Any]) -> Histogram | None:
    """Counts in ``BINS`` bins of equal width from the smallest to the largest finite value; None if there is none.

    ``values`` is (values,), of any float dtype.
    """
    finite = values[np.isfinite(values)].astype(np.float64)
    if len(finite) == 0:
        return None
    counts, edges = np.histogram(finite, bins=BINS)
    return {"edges": [float(f"{edge:.6g}") for edge in edges], "counts": counts.tolist()}


def sampled(rows: int, most: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """The row indices of a random sample of at most ``most`` of ``rows`` rows, ascending, int64."""
    return np.sort(generator.permutation(rows)[:most]).astype(np.int64)


def picked(batches: Iterator[NDArray[Any]], wanted: NDArray[np.int64]) -> Floats:
    """The rows with the ascending indices ``wanted``, (wanted,), out of consecutive blocks (rows, dimensions).

    Returns:
        (wanted, dimensions), float64.

    Raises:
        ValueError: there are no blocks.
    """
    found, first = [], 0
    for block in batches:
        inside = wanted[(wanted >= first) & (wanted < first + len(block))] - first
        found.append(block[inside].astype(np.float64))
        first += len(block)
    return np.concatenate(found)


def nearest_distances(blocks: Iterator[NDArray[Any]], queries: Floats, rows: NDArray[np.int64]) -> Floats:
    """The Euclidean distance from each query to its nearest other row, (queries,), float64; NaN if there is none.

    ``blocks`` are consecutive blocks (rows, dimensions) of any float dtype, ``queries`` (queries, dimensions) some of
    these rows, ``rows`` (queries,) their indices.

    The nearest row is found in single precision, as |a|² + |b|² − 2ab. The formula loses most digits of a small
    distance, so the distance itself is computed from the two vectors in double precision.
    """
    single = queries.astype(np.float32)
    squares = (single**2).sum(axis=1)
    best = np.full(len(queries), np.inf, np.float32)
    nearest = np.full_like(queries, np.nan)
    first = 0
    for given in blocks:
        block = given.astype(np.float32)
        distances = squares[:, None] + (block**2).sum(axis=1)[None, :] - 2 * single @ block.T
        inside = np.flatnonzero((rows >= first) & (rows < first + len(block)))
        distances[inside, rows[inside] - first] = np.inf
        place = distances.argmin(axis=1)
        smallest = distances[np.arange(len(queries)), place]
        nearer = smallest < best
        best[nearer] = smallest[nearer]
        nearest[nearer] = block[place[nearer]]
        first += len(block)
    found: Floats = np.linalg.norm(queries - nearest, axis=1)
    return found


def on_two_axes(vectors: Floats) -> tuple[Floats, list[float]]:
    """Coordinates on the first two principal components, (rows, 2), float64, and the fraction of the variance on each.

    ``vectors`` is (rows, dimensions) with at least one row. Without any variance, both are 0. The signs are fixed: the
    component's entry of largest magnitude is positive.
    """
    centred = vectors - vectors.mean(axis=0)
    total = float((centred**2).sum())
    if total == 0 or len(vectors) < 2:
        return np.zeros((len(vectors), 2)), [0.0, 0.0]
    if centred.shape[1] <= len(centred):
        axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2].T
    else:
        values, directions = np.linalg.eigh(centred @ centred.T)
        axes = (directions[:, ::-1][:, :2] / np.sqrt(np.maximum(values[::-1][:2], 1e-300))).T @ centred
    axes = np.vstack([axes, np.zeros((2 - len(axes), centred.shape[1]))])
    signs = np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])
    places = centred @ (axes * signs[:, None]).T
    return places, [float(part) for part in (places**2).sum(axis=0) / total]


def columns_of(file: RawFile, names: Sequence[str | None]) -> list[RawColumn]:
    """The usable columns of a file; vector columns only if they are in ``names``, so that pixels are left out."""
    return [
        column for column in file.columns.values() if column.usable and (not column.is_vector or column.name in names)
    ]
