"""Large text files that contain only numbers, read a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from evaluators.bundles.importers.reading import place
from evaluators.problems.problem import BundleError, Problem

BLOCK_BYTES = 4 * 1024 * 1024
"""How much text is held in memory at a time; a line must fit in it."""


def number_batches(path: Path, *, delimiter: str = ",") -> Iterator[NDArray[np.float64]]:
    """Yield the rows of a text file without a header as float64 arrays of shape (rows, columns).

    Every number is read as the nearest double, as ``numpy.loadtxt`` does.

    Raises:
        BundleError: the file is missing, a cell isn't a number, or a line has a different number of cells.
    """
    names = [f"f{place}" for place in range(_columns(path, delimiter))]
    read = pa.csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=names)
    parse = pa.csv.ParseOptions(delimiter=delimiter, quote_char=False)
    convert = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.float64()), null_values=[])
    try:
        with pa.csv.open_csv(path, read_options=read, parse_options=parse, convert_options=convert) as reader:
            for batch in reader:
                yield np.column_stack([column.to_numpy() for column in batch.columns])
    except (pa.ArrowException, OSError) as error:
        raise BundleError(
            Problem("is not a table of numbers.", str(error).split("\n")[0][:200], place(path))
        ) from error


def _columns(path: Path, delimiter: str) -> int:
    """The number of cells in the first line.

    Raises:
        BundleError: the file can't be read, or has no label column after the vector.
    """
    try:
        with path.open("rb") as file:
            first = file.readline(BLOCK_BYTES)
    except OSError as error:
        raise BundleError(Problem("the file is missing or cannot be read.", file=place(path))) from error
    count = first.count(delimiter.encode()) + 1
    if count < 2:
        raise BundleError(Problem("has no vector and label in its first line.", file=place(path)))
    return count
