"""A prepared dataset, the form that is scored: memory-mapped, read-only, named by its content.

A prepared dataset is a directory ``<store>/<digest>/``::

    manifest.json                  format, digest, the sources with their SHA-256, the tables with their rows
    specification.json             the validated specification
    documents/NAME                 unchanged copies of public files that aren't tables
    tables/NAME/                   those of the following that the table has:
        embedding.npy              (rows, dimensions) float16, float32 or float64, as in the source
        ids.npy                    (rows,) UTF-8 bytes of fixed width, sorted
        rows.npy                   (rows,) int32: ids[i] is the id of row rows[i]
        labels.npy                 (rows,) int32 class numbers
        groups.npy, groups.json    (rows,) int32 group numbers, and the groups' names

Looking up k ids costs k · log(rows) and reading them touches k rows, however large the pool is.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.specification.challenge import Specification
from evaluators.specification.reading import parse_specification
from evaluators.submissions.spelling import SPELLINGS, spelled

FORMAT = 2
MANIFEST = "manifest.json"
SPECIFICATION = "specification.json"

RowIndices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Source:
    """One data file of the bundle, with its SHA-256 and size."""

    name: str
    sha256: str
    size: int

    @property
    def public(self) -> bool:
        return self.name.startswith("public/")


@dataclass(frozen=True)
class PreparedTable:
    """One table, opened lazily: nothing is read until it is needed."""

    path: Path
    count: int

    def __len__(self) -> int:
        return self.count

    @cached_property
    def embedding(self) -> np.memmap[Any, Any]:
        """The embeddings, memory-mapped; shape (rows, dimensions)."""
        return _mapped(self.path / "embedding.npy")

    def vectors(self, row_indices: RowIndices) -> NDArray[Any]:
        """The embeddings of the given rows, read one by one; shape (len(row_indices), dimensions).

        They aren't read through the mapping: the kernel maps the 64 KiB around every page that is touched, so a
        thousand rows spread over a large pool would cost as much memory as the pool.
        """
        matrix = self.embedding
        found = np.empty((len(row_indices), matrix.shape[1]), matrix.dtype)
        stride, start = matrix.strides[0], matrix.offset
        with (self.path / "embedding.npy").open("rb", buffering=0) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
            for vector, row in zip(found, row_indices.tolist(), strict=True):
                if os.preadv(file.fileno(), [vector], start + row * stride) != stride:
                    raise OSError(f"{self.path.name}/embedding.npy ends before row {row}")
        return found

    def read_ahead(self) -> None:
        """Read all embeddings once from start to end; call this before reading many of them.

        The system then has them in its cache. From a cold disk, this takes less time than reading a twentieth of the
        rows one by one.
        """
        buffer = bytearray(1024 * 1024)
        with (self.path / "embedding.npy").open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass

    @cached_property
    def labels(self) -> NDArray[np.int32]:
        """The class numbers, memory-mapped; shape (rows,)."""
        return _mapped(self.path / "labels.npy")

    @cached_property
    def _ids(self) -> NDArray[np.bytes_]:
        return _mapped(self.path / "ids.npy")

    @cached_property
    def _row_numbers(self) -> NDArray[np.int32]:
        return _mapped(self.path / "rows.npy")

    @cached_property
    def groups(self) -> tuple[NDArray[np.int32], list[str]] | None:
        """The group numbers, shape (rows,), and the groups' names; None for a table without groups."""
        if not (self.path / "groups.npy").is_file():
            return None
        return _mapped(self.path / "groups.npy"), json.loads((self.path / "groups.json").read_bytes())

    def rows_of(self, ids: list[str]) -> RowIndices:
        """The row number of each id, −1 for an unknown one; shape (len(ids),), int64.

        An id that is not there as written is looked up in composed and decomposed Unicode: macOS takes accents apart.
        """
        rows = self._rows_as_written(ids)
        for form in SPELLINGS:
            unknown = [place for place in np.flatnonzero(rows < 0).tolist() if not ids[place].isascii()]
            rows[unknown] = self._rows_as_written([spelled(ids[place], form) for place in unknown])
        return rows

    def _rows_as_written(self, ids: list[str]) -> RowIndices:
        if not ids:
            return np.empty(0, np.int64)
        kind = self._ids.dtype
        encoded = (name.encode("utf-8", "surrogatepass") for name in ids)
        # NumPy pads fixed-width bytes with NUL and drops NULs at the end, so an id with a NUL could match a different
        # one. An id wider than the index can't be in it, and would make NumPy copy the whole index at that width to
        # compare.
        wanted = np.array([b"" if b"\0" in name or len(name) > kind.itemsize else name for name in encoded], kind)
        position = np.searchsorted(self._ids, wanted)
        inside = np.minimum(position, len(self) - 1)
        found = (position < len(self)) & (self._ids[inside] == wanted) & (wanted != b"")
        return np.where(found, self._row_numbers[inside].astype(np.int64), -1)

    def ids(self) -> list[str]:
        """Every id, in row order. This reads the whole index: for baselines and downloads, not for scoring."""
        names = np.empty(len(self), self._ids.dtype)
        names[self._row_numbers] = self._ids
        return [name.decode() for name in names.tolist()]


@dataclass(frozen=True)
class PreparedDataset:
    """A challenge's specification with its prepared tables."""

    path: Path
    digest: str
    specification: Specification
    sources: tuple[Source, ...]
    counts: dict[str, int]
    """Number of rows by table."""

    @classmethod
    def open(cls, path: Path) -> PreparedDataset:
        """Open ``<store>/<digest>/``.

        Raises:
            FileNotFoundError: it isn't a prepared dataset.
            ValueError: it was prepared in another format.
        """
        manifest = json.loads((path / MANIFEST).read_bytes())
        if manifest["format"] != FORMAT:
            raise ValueError(f"prepared dataset of format {manifest['format']}, this code reads format {FORMAT}")
        specification = parse_specification(json.loads((path / SPECIFICATION).read_bytes()))
        sources = tuple(Source(**source) for source in manifest["sources"])
        return cls(path, manifest["digest"], specification, sources, manifest["tables"])

    def table(self, name: str) -> PreparedTable:
        """The table with this name in the specification's ``tables()``.

        Raises:
            KeyError: there is no such table.
        """
        return PreparedTable(self.path / "tables" / name, self.counts[name])

    def document(self, name: str) -> bytes:
        """The content of one of the specification's ``documents``."""
        return (self.path / "documents" / Path(name).name).read_bytes()


def is_prepared(path: Path) -> bool:
    """Whether a folder holds a prepared dataset, in any format version."""
    return (path / MANIFEST).is_file()


def _mapped(path: Path) -> np.memmap[Any, Any]:
    array: np.memmap[Any, Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array
