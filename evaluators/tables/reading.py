"""Read a table in batches of rows, whatever the format of its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from evaluators.problems.problem import BundleError, Problem
from evaluators.specification.table import Table
from evaluators.tables import csv_file, numpy_files, parquet
from evaluators.tables.base import Batch, Reader, Wanted

READERS: Mapping[str, Reader] = {
    ".parquet": parquet.batches,
    ".csv": csv_file.batches,
    ".npz": numpy_files.npz_batches,
    ".npy": numpy_files.npy_batches,
}


def batches_of(bundle: Path, table: Table) -> Iterator[Batch]:
    """The rows of a table in order, file after file.

    Raises:
        BundleError: a file lacks columns, can't be read, or contains values that can't be scored.
    """
    texts = tuple(dict.fromkeys(name for name in (table.id, table.label, table.group) if name is not None))
    if table.ids is not None:
        yield from _side_by_side(bundle, table, texts, table.ids)
        return
    for name in table.files:
        yield from _read(bundle, name, Wanted(texts, table.embedding))


def _read(bundle: Path, name: str, wanted: Wanted) -> Iterator[Batch]:
    return READERS[Path(name).suffix](bundle / name, name, wanted)


def _side_by_side(bundle: Path, table: Table, texts: tuple[str, ...], ids: str) -> Iterator[Batch]:
    """The vectors of the table's files combined, row for row, with the columns of the file ``ids``."""
    others = _read(bundle, ids, Wanted(texts, None))
    waiting: dict[str, list[str]] = {column: [] for column in texts}
    lines: list[int] = []
    total = 0
    for name in table.files:
        for batch in _read(bundle, name, Wanted((), table.embedding)):
            total += batch.rows
            while len(waiting[texts[0]]) < batch.rows:
                more = next(others, None)
                if more is None:
                    raise _uneven(ids, f"has fewer rows than there are vectors in {table.files[0]}.")
                for column in texts:
                    waiting[column] += more.texts[column]
                lines += more.lines or []
            taken = {column: values[: batch.rows] for column, values in waiting.items()}
            yield Batch(ids, batch.rows, taken, batch.vectors, lines[: batch.rows] or None)
            waiting = {column: values[batch.rows :] for column, values in waiting.items()}
            lines = lines[batch.rows :]
    if waiting[texts[0]] or next(others, None) is not None:
        raise _uneven(ids, f"has more rows than there are vectors ({total}).")


def _uneven(name: str, message: str) -> BundleError:
    return BundleError(Problem(message, "It has one row for each vector, in their order.", file=name))
