"""Columns of a ``.npz`` file, and the matrix of a ``.npy`` file."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaluators.problems.problem import BundleError, Problem
from evaluators.tables.base import BATCH_NUMBERS, BATCH_ROWS, Batch, Wanted, missing_column, refuse_infinite
from evaluators.tables.vectors import ArrayStream

MAX_MEMBERS = 1000
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    ValueError,
    LookupError,
    OverflowError,
    EOFError,
    OSError,
)


def npy_batches(path: Path, name: str, wanted: Wanted) -> Iterator[Batch]:
    """Read the embeddings of a ``.npy`` file in batches; it has no other columns."""
    with _reading(name, "npy"), path.open("rb") as file:
        yield from _batches(name, {}, ArrayStream(file, name, None), wanted)


def npz_batches(path: Path, name: str, wanted: Wanted) -> Iterator[Batch]:
    """Read the wanted columns of a ``.npz`` file in batches; each column is the array of that name."""
    with _reading(name, "npz"), zipfile.ZipFile(path) as archive:
        there = archive.namelist()
        if len(there) > MAX_MEMBERS:
            raise BundleError(Problem(f"holds more than {MAX_MEMBERS} arrays.", file=name))
        names = [member.removesuffix(".npy") for member in there]

        def opened(column: str) -> ArrayStream:
            if column not in names:
                raise missing_column(name, column, names[:20])
            return ArrayStream(archive.open(f"{column}.npy"), name, column)

        texts = {column: opened(column) for column in wanted.texts}
        yield from _batches(name, texts, opened(wanted.embedding) if wanted.embedding is not None else None, wanted)


@contextmanager
def _reading(name: str, kind: str) -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        raise BundleError(Problem(f"is not a readable {kind} file.", file=name)) from error


def _batches(name: str, texts: dict[str, ArrayStream], vectors: ArrayStream | None, wanted: Wanted) -> Iterator[Batch]:
    for column in texts.values():
        column.be_texts()
    if vectors is not None:
        vectors.be_vectors()
    streams = [*texts.values(), *([vectors] if vectors is not None else [])]
    counts = {stream.rows for stream in streams}
    if len(counts) > 1:
        said = ", ".join(f"{stream.field} {stream.rows}" for stream in streams)
        raise BundleError(Problem(f"its arrays differ in rows: {said}.", "Each has one entry a row.", file=name))
    size = BATCH_ROWS if vectors is None else max(1, min(BATCH_ROWS, BATCH_NUMBERS // vectors.shape[1]))
    total = streams[0].rows
    for start in range(0, total, size):
        rows = min(size, total - start)
        matrix = vectors.vectors(rows) if vectors is not None else None
        if matrix is not None:
            refuse_infinite(matrix, name, str(wanted.embedding), start=start, lines=None)
        yield Batch(name, rows, {column: stream.texts(rows) for column, stream in texts.items()}, matrix)
    for stream in streams:
        stream.end()
