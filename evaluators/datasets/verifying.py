"""Check that the arrays of a prepared table created elsewhere are what their readers rely on.

A row index or class number out of range would break every reader that uses it, such as a page or a check.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from evaluators.specification.challenge import PlannedTable
from evaluators.specification.table import MAX_GROUPS, MAX_ID_BYTES

EMBEDDING_TYPES = ("<f2", "<f4", "<f8")
MAX_DIMENSIONS = 65_536
MAX_GROUPS_BYTES = 4 * 1024 * 1024
_CHUNK = 65_536


class UnexpectedArray(Exception):
    """A file of a table doesn't hold what it should. The text is for the log."""


def table_files(planned: PlannedTable) -> list[str]:
    """The names of the files in the table's folder."""
    table = planned.table
    return [
        *(["embedding.npy"] if table.embedding is not None else []),
        *(["ids.npy", "rows.npy"] if table.id is not None else []),
        *(["labels.npy"] if table.label is not None else []),
        *(["groups.npy", "groups.json"] if table.group is not None else []),
    ]


def check_table(folder: Path, planned: PlannedTable, count: int) -> None:
    """Check every array of a table with ``count`` rows.

    Raises:
        UnexpectedArray: an array has another dtype or shape, or a value that preparing can't have produced.
    """
    table = planned.table
    if table.embedding is not None:
        vectors = _mapped(folder / "embedding.npy", EMBEDDING_TYPES, count)
        if vectors.ndim != 2 or not 1 <= vectors.shape[1] <= MAX_DIMENSIONS or not vectors.flags.c_contiguous:
            raise UnexpectedArray("embedding.npy is no matrix")
    if table.id is not None:
        _check_index(folder, count)
    if table.label is not None:
        _check_numbers(folder / "labels.npy", count, len(planned.classes))
    if table.group is not None:
        _check_numbers(folder / "groups.npy", count, len(_group_names(folder / "groups.json")))


def _check_index(folder: Path, count: int) -> None:
    ids = _mapped(folder / "ids.npy", tuple(f"|S{width}" for width in range(1, MAX_ID_BYTES + 1)), count)
    rows = _mapped(folder / "rows.npy", ("<i4",), count)
    if ids.ndim != 1 or rows.ndim != 1:
        raise UnexpectedArray("the index is no list")
    seen = np.zeros(count, bool)
    _check_numbers(folder / "rows.npy", count, count)
    seen[rows] = True
    if not seen.all():
        raise UnexpectedArray("rows.npy names a row twice")
    for start in range(0, count, _CHUNK):
        # One extra id, so that the ids at chunk boundaries are compared as well.
        names = ids[start : start + _CHUNK + 1]
        if not (names[1:] > names[:-1]).all():
            raise UnexpectedArray("ids.npy is not sorted")
        try:
            texts = [name.decode() for name in names.tolist()]
        except UnicodeDecodeError as error:
            raise UnexpectedArray("ids.npy is not UTF-8") from error
        if not all(text.isprintable() and text for text in texts):
            raise UnexpectedArray("ids.npy holds what is no id")


def _check_numbers(path: Path, count: int, below: int) -> None:
    numbers = _mapped(path, ("<i4",), count)
    if numbers.ndim != 1 or int(numbers.min()) < 0 or int(numbers.max()) >= below:
        raise UnexpectedArray(f"{path.name} holds a number that stands for nothing")


def _group_names(path: Path) -> list[str]:
    if path.stat().st_size > MAX_GROUPS_BYTES:
        raise UnexpectedArray("groups.json is too large")
    names: Any = json.loads(path.read_bytes())
    if not isinstance(names, list) or len(names) > MAX_GROUPS or not all(isinstance(name, str) for name in names):
        raise UnexpectedArray("groups.json is no list of names")
    return names


def _mapped(path: Path, types: tuple[str, ...], count: int) -> np.memmap[Any, Any]:
    """The memory-mapped array. It must have one of these dtypes and ``count`` rows, and the file must end with it."""
    try:
        # Not np.load, which also opens archives. Both refuse object arrays.
        array = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError, OverflowError) as error:
        raise UnexpectedArray(f"{path.name} is no array") from error
    if array.dtype.str not in types or array.ndim < 1 or len(array) != count:
        raise UnexpectedArray(f"{path.name} is {array.dtype.str} {array.shape}")
    if path.stat().st_size != array.offset + array.nbytes:
        raise UnexpectedArray(f"{path.name} does not end where its array does")
    return array
