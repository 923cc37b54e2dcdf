"""Vectors on disk while a bundle is drafted: written sequentially, then read row by row in any order."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

TAKEN = 8192
"""The most rows held in memory at a time."""


class VectorStore:
    """An array of (count, dimensions) numbers of one dtype in a file.

    It is not memory-mapped: its pages would count as memory and its size as address space, which the sandbox limits.
    """

    def __init__(self, path: Path, dtype: np.dtype[Any], dimensions: int) -> None:
        self.dtype, self.dimensions, self.count = dtype, dimensions, 0
        self._row_bytes = dtype.itemsize * dimensions
        self._file = path.open("w+b", buffering=0)

    def append(self, vectors: NDArray[Any]) -> None:
        content = np.ascontiguousarray(vectors, self.dtype).data.cast("B")
        while content:
            content = content[self._file.write(content) :]
        self.count += len(vectors)

    def take(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Some rows, (len(rows), dimensions)."""
        found = np.empty((len(rows), self.dimensions), self.dtype)
        for vector, row in zip(found, rows.tolist(), strict=True):
            if os.preadv(self._file.fileno(), [vector], row * self._row_bytes) != self._row_bytes:
                raise OSError(f"there is no row {row}")
        return found

    def blocks(self, rows: NDArray[np.int64]) -> Iterator[NDArray[Any]]:
        """Some rows, in the given order, ``TAKEN`` at a time."""
        for first in range(0, len(rows), TAKEN):
            yield self.take(rows[first : first + TAKEN])

    def digests(self) -> list[bytes]:
        """A hash of each row: the same for equal rows, with 0 and −0 treated as equal."""
        every = np.arange(self.count)
        return [
            hashlib.blake2b((vector + vector.dtype.type(0)).tobytes(), digest_size=16).digest()
            for block in self.blocks(every)
            for vector in block
        ]

    def close(self) -> None:
        self._file.close()
