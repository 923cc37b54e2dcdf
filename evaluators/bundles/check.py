"""Check a whole bundle, folder or zip, and report everything that is wrong with it at once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evaluators.bundles.archive import Archive
from evaluators.bundles.comparing import check_documents, compare, different_rows
from evaluators.bundles.folder import is_plain, missing_and_unknown, names_in
from evaluators.bundles.scanning import ScannedTable, scan_table
from evaluators.problems.collecting import BundleProblems
from evaluators.problems.problem import BundleError, Problem
from evaluators.specification.challenge import TEST_SPLITS, PlannedTable, Specification
from evaluators.specification.reading import SPECIFICATION_FILE, read_bytes, read_text
from evaluators.specification.table import Table
from evaluators.specification.yaml_document import Document, read_document


@dataclass(frozen=True)
class CheckedBundle:
    """A bundle without problems; ``rows`` counts rows by table."""

    specification: Specification
    rows: dict[str, int]

    @property
    def lines(self) -> list[str]:
        """A summary for people, one line each."""
        spec = self.specification
        tables = ", ".join(f"{name} {rows}" for name, rows in self.rows.items())
        phases = [f"phase {phase.name}: {phase.starts} to {phase.ends or 'no end'}" for phase in spec.phases]
        return [f"{spec.title} ({spec.slug}), {spec.kind}, {len(spec.tasks)} task(s)", f"rows: {tables}", *phases]


def check_bundle(path: Path, *, out: Path | None = None) -> CheckedBundle:
    """Check a folder or a zip archive.

    ``out`` is an empty folder to unpack a zip into; without it a temporary folder is used.

    Raises:
        BundleError: with every problem that could be found.
    """
    if path.is_dir():
        content = read_bytes(path)
        there, problems = names_in(path)
        return _checked(path, content, there, problems)
    archive = Archive(path)
    content = archive.specification()
    with _folder(out) as folder:
        (folder / SPECIFICATION_FILE).write_bytes(content)
        problems = archive.unpack(_names(content), folder)
        return _checked(folder, content, list(archive.members), problems)


def unpack_bundle(path: Path, out: Path) -> Specification:
    """Unpack exactly the files that the archive's specification names into the folder ``out``.

    Raises:
        BundleError: the archive or the specification is at fault, or a file is missing.
    """
    archive = Archive(path)
    content = archive.specification()
    specification = read_text(content, new=True)
    (out / SPECIFICATION_FILE).write_bytes(content)
    problems = archive.unpack(specification.data_files, out)
    problems.add(*missing_and_unknown(archive.members, specification.data_files))
    problems.refuse()
    return specification


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="ratchet-bundle-") as name:
        yield Path(name)


def _names(content: bytes) -> list[str]:
    """The data files that the specification names, even if it isn't valid as a whole."""
    try:
        return read_text(content, new=True).data_files
    except BundleError:
        return [name for table in _loose_tables(_content(content)) for name in table.sources]


def _content(content: bytes) -> Any:
    try:
        return read_document(content, SPECIFICATION_FILE).content
    except BundleError:
        return None


def _checked(folder: Path, content: bytes, there: list[str], problems: BundleProblems) -> CheckedBundle:
    try:
        specification = read_text(content, new=True)
    except BundleError as error:
        found = BundleProblems()
        found.take(error)
        # Check every table that can be read anyway, so that the organizer gets all problems in one run.
        for table in _loose_tables(_content(content)):
            for name in table.sources:
                if name not in there:
                    found.add(Problem("the file is missing or cannot be read.", "Put it in, or name another.", name))
            if all(is_plain(folder, name) for name in table.sources):
                scan_table(folder, table, None, found)
        found.add(*problems)
        found.refuse()
        raise
    found = BundleProblems()
    found.add(*missing_and_unknown(there, specification.data_files), *problems)
    found.omitted += problems.omitted
    rows = _look_at_all(folder, specification, found)
    document = read_document(content, SPECIFICATION_FILE)
    placed = BundleProblems()
    placed.add(*(_placed(problem, document) for problem in found))
    placed.omitted = found.omitted
    placed.refuse()
    return CheckedBundle(specification, rows)


def _look_at_all(folder: Path, specification: Specification, found: BundleProblems) -> dict[str, int]:
    parts = [specification.on_split(name) for name in (TEST_SPLITS if specification.has_final else TEST_SPLITS[:1])]
    looked: dict[str, ScannedTable] = {}
    by_part: list[dict[str, ScannedTable]] = []
    for part in parts:
        planned = part.tables()
        for table in planned.values():
            if _key(table) not in looked:
                whole = all(is_plain(folder, name) for name in table.table.sources)
                looked[_key(table)] = (
                    scan_table(folder, table.table, table.classes, found) if whole else _unseen(table.table)
                )
        by_part.append({name: looked[_key(table)] for name, table in planned.items()})
    for part, tables in zip(parts, by_part, strict=True):
        compare(part, tables, found)
        check_documents(part, folder, tables, found)
    for final in parts[1:]:
        for task, name in final.test_tables().items():
            found.add(*different_rows(by_part[0][parts[0].test_tables()[task]], by_part[1][name]))
    rows = {name: len(seen) for name, seen in by_part[0].items()}
    return rows | {
        f"final {name}": len(by_part[1][name]) for final in parts[1:] for name in final.test_tables().values()
    }


def _key(planned: PlannedTable) -> str:
    return f"{planned.table.model_dump_json()} {planned.classes}"


def _unseen(table: Table) -> ScannedTable:
    return ScannedTable(table, whole=False)


def _placed(problem: Problem, document: Document) -> Problem:
    """The problem with the line and column of its field, if it is about ``challenge.yaml``."""
    if problem.file != SPECIFICATION_FILE or problem.line is not None or problem.field is None:
        return problem
    place = document.place(problem.field.split("."))
    return replace(problem, line=place[0], column=place[1]) if place else problem


def _loose_tables(content: Any, depth: int = 0) -> list[Table]:
    """Every part of a document that can be read as a table."""
    if isinstance(content, dict):
        try:
            return [Table.model_validate(content)]
        except ValidationError:
            content = list(content.values())
    if isinstance(content, list) and depth < 8:
        found = [table for item in content for table in _loose_tables(item, depth + 1)]
        return list({table.model_dump_json(): table for table in found}.values())[:100]
    return []
