"""From files and the roles of their columns to the rows of one input table: stacked, joined and complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluators.material.answers import FileAnswer, Role
from evaluators.material.roles import roles
from evaluators.material.vectors import VectorStore
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.tables.raw.base import RawColumn, RawFile, finite, plain_field
from evaluators.tables.raw.names import without


@dataclass(slots=True)
class PartRows:
    """The rows of one input table. Every list has one item per row of ``vectors``; "" means missing.

    ``shown`` are texts for display by column name. ``pixels`` are the images and, for each row, its index in them.
    """

    files: list[str]
    vectors: VectorStore
    texts: dict[Role, list[str]] = field(default_factory=dict)
    shown: dict[str, list[str]] = field(default_factory=dict)
    pixels: tuple[VectorStore, NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        return self.vectors.count


@dataclass(slots=True)
class _Read:
    """What was read from one file, or from the stacked ones."""

    files: list[str]
    count: int = 0
    texts: dict[Role, list[str]] = field(default_factory=dict)
    shown: dict[str, list[str]] = field(default_factory=dict)
    vectors: VectorStore | None = None
    pixels: VectorStore | None = None


def assemble(
    files: Mapping[str, RawFile], answers: Mapping[str, FileAnswer], scratch: Path, notes: list[str]
) -> PartRows:
    """Stack the files with embeddings and join the others to them.

    Raises:
        BundleError: roles, rows or ids do not match, or a vector is invalid.
    """
    stacked = [name for name in files if answers[name].column("embedding")]
    if not stacked:
        have = ", ".join(map(quoted, files))
        raise BundleError(Problem(f"no embedding among {have}.", "Say which column it is.", field="files"))
    _same_roles(stacked, answers)
    main = _Read(stacked)
    for name in stacked:
        _read(main, files[name], answers[name], scratch)
    others = [name for name in files if name not in stacked]
    # If the rows have no ids, they are taken from a file with nothing else, otherwise from the first one with ids.
    others.sort(key=lambda name: (answers[name].column("id") is None, len(answers[name].columns)))
    result = _rows(main)
    for name in others:
        read = _Read([name])
        _read(read, files[name], answers[name], scratch)
        _join(result, read, answers[name], notes)
    return result


def _same_roles(stacked: Sequence[str], answers: Mapping[str, FileAnswer]) -> None:
    roles = {name: set(answers[name].columns.values()) - {"ignore"} for name in stacked}
    for name in stacked[1:]:
        if roles[name] != roles[stacked[0]]:
            words = f"has other roles than {quoted(stacked[0])}, which has embeddings too"
            remedy = "Files with embeddings are stacked: give all the same roles, or another part of the challenge."
            raise BundleError(Problem(f"{words}.", remedy, file=name, field="files.columns"))


def _read(read: _Read, file: RawFile, answer: FileAnswer, scratch: Path) -> None:
    """Add the rows of a file."""
    known = roles()
    given = {name: role for name, role in answer.columns.items() if known[role].holds != "nothing"}
    columns = {name: without(file.column(name), list(given)) for name in given}
    for name, role in given.items():
        _fits(columns[name], role, file.name)
    for batch in file.batches(list(columns.values())):
        for name, role in given.items():
            if known[role].holds == "vectors":
                problem = finite(batch, name, file.name)
                if problem is not None:
                    raise BundleError(problem)
                _append(read, role, batch.vectors[name], scratch, file.name, name)
            elif known[role].holds == "display":
                read.shown.setdefault(name, []).extend(batch.texts[name])
            else:
                read.texts.setdefault(role, []).extend(batch.texts[name])
        read.count += batch.count


def _fits(column: RawColumn, role: Role, file: str) -> None:
    if column.is_vector != (roles()[role].holds == "vectors") or column.dimensions == 0:
        words = "holds vectors" if column.is_vector else "holds no vectors"
        raise BundleError(
            Problem(f"{quoted(column.name)} {words} and cannot be the {role}.", file=file, field="files.columns")
        )


def _append(read: _Read, role: Role, vectors: NDArray[np.float32], scratch: Path, file: str, column: str) -> None:
    store = read.vectors if role == "embedding" else read.pixels
    if store is None:
        # Half precision is kept; everything else is stored in single precision, except pixels that are bytes.
        dtype = np.dtype(np.float16 if vectors.dtype == np.float16 else np.float32)
        if role == "pixels" and vectors.dtype == np.uint8:
            dtype = np.dtype(np.uint8)
        number = len(list(scratch.iterdir()))
        store = VectorStore(scratch / f"{number}.bin", dtype, vectors.shape[1])
        if role == "embedding":
            read.vectors = store
        else:
            read.pixels = store
    if vectors.shape[1] != store.dimensions:
        words = f"its vectors have {vectors.shape[1]} numbers, those of {quoted(read.files[0])} have {store.dimensions}"
        raise BundleError(Problem(f"{words}.", file=file, field=plain_field(column)))
    with np.errstate(over="ignore"):
        converted = vectors.astype(store.dtype)
    if store.dtype.kind == "f" and not np.isfinite(converted).all():
        remedy = "Scale the embeddings, or save all files in the same precision."
        raise BundleError(Problem("a number is too large for its precision.", remedy, file, field=plain_field(column)))
    store.append(converted)


def _rows(main: _Read) -> PartRows:
    if main.vectors is None:
        raise BundleError(Problem("has no rows.", file=main.files[0]))
    pixels = None if main.pixels is None else (main.pixels, np.arange(main.count))
    rows = PartRows(main.files, main.vectors, main.texts, main.shown, pixels)
    _different_ids(rows.texts.get("id"), main.files[0])
    return rows


def _join(rows: PartRows, read: _Read, answer: FileAnswer, notes: list[str]) -> None:
    name = read.files[0]
    ids, known = read.texts.get("id"), rows.texts.get("id")
    by_id = answer.join == "id" or (answer.join == "auto" and ids is not None and known is not None)
    if by_id:
        if ids is None or known is None:
            words = "there are no ids to join it by" if ids is None else "the rows have no ids to be joined by"
            raise BundleError(Problem(f"{words}.", "Say which column is the id.", file=name, field="files.columns"))
        places = _places(known, ids, name, notes)
        read.texts.pop("id")
    else:
        if read.count != len(rows):
            words = f"has {read.count} rows, but there are {len(rows)} embeddings in {', '.join(rows.files)}"
            remedy = "Files are joined row by row unless both have a column of ids."
            raise BundleError(Problem(f"{words}.", remedy, file=name, field="files.join"))
        places = np.arange(len(rows))
        _different_ids(ids if known is None else None, name)
        if known is not None:
            read.texts.pop("id", None)
    for role, values in read.texts.items():
        if role in rows.texts:
            words = f"gives the {role} that another file gives already"
            raise BundleError(Problem(f"{words}.", "Leave one of them out.", file=name, field="files.columns"))
        rows.texts[role] = _at(values, places)
    for column, values in read.shown.items():
        rows.shown[_free_name(column, rows.shown)] = _at(values, places)
    if read.pixels is not None and rows.pixels is None:
        if (places < 0).any():
            raise BundleError(Problem("not every row has pixels.", file=name, field="files.columns"))
        rows.pixels = (read.pixels, places)


def _places(known: list[str], ids: list[str], name: str, notes: list[str]) -> NDArray[np.int64]:
    """For each row its index in the file, −1 if the file does not have it."""
    _different_ids(ids, name)
    place_of = {value: place for place, value in enumerate(ids)}
    places = np.array([place_of.get(value, -1) for value in known], np.int64)
    found = int((places >= 0).sum())
    if found == 0:
        words = f"none of its ids, such as {quoted(ids[0])}, names an embedding; those are such as {quoted(known[0])}"
        raise BundleError(Problem(f"{words}.", "Look for another spelling of the ids.", name, field="files.columns"))
    if len(ids) > found:
        notes.append(f"{len(ids) - found} rows of {quoted(name)} name no embedding and are left out.")
    return places


def _different_ids(ids: list[str] | None, name: str) -> None:
    if ids is None or (len(set(ids)) == len(ids) and "" not in ids):
        return
    seen: dict[str, int] = {}
    for row, value in enumerate(ids, start=1):
        if value == "":
            raise BundleError(Problem(f"row {row} has no id.", "Every row needs one.", name, field="id"))
        if value in seen:
            words = f"the id {quoted(value)} is in row {seen[value]} and in row {row}"
            raise BundleError(Problem(f"{words}.", "Ids name one row each.", name, field="id"))
        seen[value] = row


def _at(values: list[str], places: NDArray[np.int64]) -> list[str]:
    return [values[place] if place >= 0 else "" for place in places.tolist()]


def _free_name(name: str, taken: Mapping[str, object]) -> str:
    while name in taken:
        name += "_"
    return name
