"""Equal rows, found by their hashes in one pass over each table, whatever its size.

A row is hashed as its bytes in single precision: the upper halves of two multilinear sums modulo 2⁶⁴ (Lemire and Kaser
2014, "Strongly universal string hashing is fast"). One in 2⁶⁴ pairs of different rows has the same hash.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.task_rows import Labels, TableRows

Hashes = NDArray[np.uint64]
_SEED = 20231


def hashes(rows: TableRows) -> Hashes:
    """The hash of each row, (rows,)."""
    factors = np.random.default_rng(_SEED).integers(0, 2**64, (2, rows.dimensions), dtype=np.uint64)
    parts = []
    for chunk in rows.chunks():
        bits = np.ascontiguousarray(chunk).view(np.uint32)
        # einsum, because an integer matrix product takes forty times as long.
        first, second = (np.einsum("ij,j->i", bits, row, dtype=np.uint64, casting="unsafe") for row in factors)
        parts.append((first >> np.uint64(32) << np.uint64(32)) | (second >> np.uint64(32)))
    return np.concatenate(parts)


def distinct(found: Hashes) -> int:
    """The number of distinct rows."""
    return len(np.unique(found))


def copies(left: Hashes, right: Hashes) -> NDArray[np.bool_]:
    """Which rows of ``left`` occur in ``right``, (rows of left,)."""
    return np.isin(left, right)


def conflicts(found: Hashes, labels: Labels) -> NDArray[np.bool_]:
    """Which rows also occur with another label, (rows,)."""
    values, group = np.unique(found, return_inverse=True)
    least, most = np.full(len(values), np.iinfo(np.int64).max), np.full(len(values), -1)
    np.minimum.at(least, group, labels)
    np.maximum.at(most, group, labels)
    different: NDArray[np.bool_] = (least != most)[group]
    return different
