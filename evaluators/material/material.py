"""The rows of all input tables with labels and ids, from which the drafts of all kinds are created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from evaluators.material.answers import DraftAnswers, Role
from evaluators.material.assembling import PartRows
from evaluators.material.splitting import as_counts, numbered, split_off, units
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.specification.challenge import checked_classes
from evaluators.specification.table import MAX_ID_BYTES

Index = NDArray[np.int64]
Own = TypeVar("Own")

MAX_CLASSES = 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of an input table, in the order in which they are written."""

    part: str
    index: Index

    def __len__(self) -> int:
        return len(self.index)


@dataclass
class Material(Generic[Own]):
    """The organizer's rows by input table (``parts``). ``labels`` and ``ids`` are lists by table, one item per row.

    ``own`` holds the answers about the kind of challenge.
    """

    answers: DraftAnswers
    own: Own
    parts: dict[str, PartRows]
    notes: list[str]
    classes: list[str] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)
    split: dict[str, Any] = field(default_factory=dict)

    def generator(self, purpose: int) -> np.random.Generator:
        """A random generator per purpose, so that an answer which changes one draw leaves the others unchanged."""
        return np.random.default_rng((self.answers.split.seed, purpose))

    def texts(self, part: str, *roles: Role) -> list[str]:
        """A column of an input table: the one with the first of ``roles`` that the table has.

        Raises:
            BundleError: it has none of them.
        """
        rows = self.parts[part]
        for role in roles:
            if role in rows.texts:
                return rows.texts[role]
        words = f"no column of {', '.join(map(quoted, rows.files))} or of a file joined to it is the {roles[0]}"
        raise BundleError(Problem(f"{words}.", "Say which column it is.", field="files.columns"))

    def all_of(self, part: str) -> Piece:
        """All rows of an input table, in a random order that does not reveal their origin."""
        purpose = 100 + sorted(self.parts).index(part)
        return Piece(part, self.generator(purpose).permutation(len(self.parts[part])))

    @cached_property
    def digests(self) -> dict[str, list[bytes]]:
        return {part: rows.vectors.digests() for part, rows in self.parts.items()}

    @cached_property
    def unit(self) -> Index:
        """For each row of the table ``rows``, (rows,), the number of the unit of rows that must stay together."""
        split, rows = self.answers.split, self.parts["rows"]
        partitions = [numbered(self.digests["rows"])]
        if split.by_group and "group" not in rows.texts:
            remedy = "Say which column it is, or do not split by group."
            raise BundleError(Problem("no column is the group.", remedy, field="split.by_group"))
        if split.by_group or (split.by_group is None and "group" in rows.texts):
            # A row without a group is a group of its own.
            groups = [value or (place,) for place, value in enumerate(rows.texts["group"])]
            partitions.append(numbered(groups))
        return units(*partitions)

    def carve(
        self, piece: Piece, labels: Sequence[str], wanted: int, purpose: int, step: str, *, together: bool = True
    ) -> tuple[Piece, Piece]:
        """Split about ``wanted`` rows off a piece. Returns those and the rest.

        With ``together=False`` exactly ``wanted`` rows are split off, even if related rows end up on both sides.

        Raises:
            BundleError: nothing, or everything, would be split off.
        """
        stratify = self.answers.split.stratify
        strata = numbered([labels[row] if stratify else "" for row in piece.index.tolist()])
        unit = np.arange(len(piece))
        if together and piece.part == "rows":
            unit = np.unique(self.unit[piece.index], return_inverse=True)[1].astype(np.int64)
        taken = np.zeros(len(piece), bool)
        if 0 < wanted < len(piece):
            taken = split_off(strata, unit, wanted, self.generator(purpose))
        if not taken.any() or taken.all():
            words = f"{wanted} of {len(piece)} rows cannot be split off"
            remedy = "Choose another number, or let groups be on both sides."
            raise BundleError(Problem(f"{words}.", remedy, field=step))
        return Piece(piece.part, piece.index[taken]), Piece(piece.part, piece.index[~taken])

    def record(self, name: str, piece: Piece, labels: Sequence[str]) -> None:
        """Record the size and the classes of a finished split, for the report."""
        self.split.setdefault("parts", {})[name] = {"rows": len(piece), "classes": as_counts(labels, piece.index)}


def ids_of(material: Material[Any]) -> dict[str, list[str]]:
    """The ids of each input table, given or generated.

    Raises:
        BundleError: an id is in two tables or is invalid.
    """
    ids: dict[str, list[str]] = {}
    owner: dict[str, str] = {}
    for part, rows in material.parts.items():
        kept = rows.texts.get("id") if material.answers.files.ids == "keep" else None
        ids[part] = _made(material, part) if kept is None else kept
        for value in ids[part]:
            if owner.setdefault(value, part) != part:
                words = f"the id {quoted(value)} is in the part {owner[value]} and in the part {part}"
                raise BundleError(Problem(f"{words}.", "No row is in two.", rows.files[0], field="files.part"))
            if not 1 <= len(value.encode()) <= MAX_ID_BYTES or not value.isprintable() or value != value.strip():
                remedy = f"Ids have 1 to {MAX_ID_BYTES} bytes and print; new ones can be made."
                raise BundleError(
                    Problem(f"{quoted(value)} cannot be an id.", remedy, rows.files[0], field="files.ids")
                )
    return ids


def _made(material: Material[Any], part: str) -> list[str]:
    """Generate ids that number the rows in the order in which they are written, not in that of the file."""
    order = material.all_of(part).index
    prefix, width = ("row" if part == "rows" else part), len(str(len(order)))
    names = np.empty(len(order), object)
    names[order] = [f"{prefix}-{number:0{width}d}" for number in range(1, len(order) + 1)]
    return list(names)


def note_copies(material: Material[Any]) -> None:
    """Note how many rows of the other tables have the same embedding as a row of the table ``rows``."""
    known = set(material.digests["rows"])
    for part, digests in material.digests.items():
        copies = sum(digest in known for digest in digests) if part != "rows" else 0
        if copies:
            rows = "row has" if copies == 1 else "rows have"
            material.notes.append(f"{copies} {rows} the same embedding in the part {part} and among the other rows.")


def classes_of(material: Material[Any], labels: Sequence[Sequence[str]]) -> list[str]:
    """The classes: as answered, or all labels found, with numbers in numeric order.

    Raises:
        BundleError: there are fewer than two or too many, or a label is not a valid class.
    """
    found = {value for column in labels for value in column} - {""}
    given = material.answers.tasks.classes
    if given is not None:
        unknown = sorted(found - set(given))
        if unknown:
            words = f"the label {quoted(unknown[0])} is not one of the classes"
            raise BundleError(Problem(f"{words}.", "Add it, or leave its rows out.", field="tasks.classes"))
        return given
    if not 2 <= len(found) <= MAX_CLASSES:
        names = f"there are {len(found)} different labels" if len(found) != 1 else f"all labels are {quoted(*found)}"
        remedy = f"2 to {MAX_CLASSES} classes can be told apart; look at the column of labels."
        raise BundleError(Problem(f"{names}.", remedy, field="tasks.classes"))
    try:
        return checked_classes(sorted(found, key=_natural))
    except ValueError as error:
        raise BundleError(Problem(f"{error}.", "Mend the label.", field="tasks.classes")) from error


def _natural(label: str) -> tuple[bool, float, str]:
    try:
        number = float(label)
    except ValueError:
        return True, 0.0, label
    return (False, number, label) if np.isfinite(number) else (True, 0.0, label)


def labelled(material: Material[Any], piece: Piece, labels: Sequence[str]) -> Piece:
    """The rows that have a label.

    Raises:
        BundleError: some rows have none, and the answers do not allow leaving them out.
    """
    has = np.array([labels[row] != "" for row in piece.index.tolist()], bool)
    missing = len(piece) - int(has.sum())
    if missing and material.answers.files.incomplete == "refuse":
        name = material.ids[piece.part][piece.index[~has].min()]
        words = f"{missing} of {len(piece)} rows have no label, such as {quoted(name)}"
        remedy = "Label them, or let rows without a label be left out."
        raise BundleError(Problem(f"{words}.", remedy, material.parts[piece.part].files[0], field="files.incomplete"))
    if missing:
        material.notes.append(f"{missing} rows without a label are left out.")
    return Piece(piece.part, piece.index[has])


def test_and_final(
    material: Material[Any], piece: Piece, labels: Mapping[str, list[str]]
) -> tuple[Piece, Piece | None, Piece]:
    """The test rows, the final test rows if any, and the rest of ``piece`` (labelled rows of the table ``rows``)."""
    split = material.answers.split
    material.split |= {"method": "given" if "test" in material.parts else _method(material), "seed": split.seed}
    if "test" in material.parts:
        test, rest = labelled(material, material.all_of("test"), labels["test"]), piece
    else:
        wanted = split.test_rows if split.test_rows is not None else round(split.test_share * len(piece))
        step = "split.test_rows" if split.test_rows is not None else "split.test_share"
        test, rest = material.carve(piece, labels["rows"], wanted, 1, step)
    if not split.final_share:
        material.record("test", test, labels[test.part])
        return test, None, rest
    wanted = round(split.final_share * len(test))
    final, test = material.carve(test, labels[test.part], wanted, 2, "split.final_share")
    material.record("test", test, labels[test.part])
    material.record("final", final, labels[final.part])
    return test, final, rest


def _method(material: Material[Any]) -> str:
    split, rows = material.answers.split, material.parts["rows"]
    grouped = split.by_group if split.by_group is not None else "group" in rows.texts
    words = ["stratified by label"] if split.stratify else ["random"]
    return ", ".join([*words, *(["no group on both sides"] if grouped else [])])
