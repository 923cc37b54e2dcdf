"""Load the uploaded files as the material of a draft, according to the roles of their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from evaluators.drafting.answers import Answers, tables_of
from evaluators.drafting.describing import describe
from evaluators.material.answers import FileAnswer
from evaluators.material.assembling import PartRows, assemble
from evaluators.material.material import Material, ids_of, note_copies
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.tables.raw.base import RawFile
from evaluators.tables.raw.opening import open_raw, raw_paths


def load(folder: Path, answers: Answers, scratch: Path) -> Material[Any]:
    """Read all files that have a role.

    Raises:
        BundleError: files or answers can't be used. The problems' fields begin with ``files``, the step that fixes
            them.
    """
    with _problems_of_the_files():
        paths = {path.name: path for path in raw_paths(folder)}
        given = answers.files.files or _guessed(folder, answers)
        unknown = next((name for name in given if name not in paths), None)
        if unknown is not None:
            have = ", ".join(map(quoted, list(paths)[:10]))
            raise BundleError(
                Problem(f"there is no file {quoted(unknown)}.", f"There are: {have}.", field="files.files")
            )
        used = {name: answer for name, answer in given.items() if set(answer.columns.values()) - {"ignore"}}
        opened = _opened({name: path for name, path in paths.items() if name in used})
        notes = [f"{quoted(name)} is not used." for name in paths if name not in used]
        parts: dict[str, PartRows] = {}
        for part in tables_of(answers.kind.kind):
            files = {name: file for name, file in opened.items() if used[name].part == part}
            if files:
                parts[part] = assemble(files, used, scratch, notes)
        if "rows" not in parts:
            remedy = "Say which file holds the rows, and which column is the embedding."
            raise BundleError(Problem("no file gives the challenge's rows.", remedy, field="files"))
        _one_length(parts)
        material = Material(answers, answers.own, parts, notes)
        material.ids = ids_of(material)
        note_copies(material)
        return material


@contextmanager
def _problems_of_the_files() -> Iterator[None]:
    """Add the prefix ``files`` to the fields of problems: a problem in a file names only a column, not the step."""
    try:
        yield
    except BundleError as error:
        raise BundleError([_of_the_files(problem) for problem in error.problems], omitted=error.omitted) from error


def _of_the_files(problem: Problem) -> Problem:
    field = problem.field
    if field is None:
        return replace(problem, field="files")
    return problem if field == "files" or field.startswith("files.") else replace(problem, field=f"files.{field}")


def _opened(paths: Mapping[str, Path]) -> dict[str, RawFile]:
    """Open all files; if some fail, the error lists the problems of all of them."""
    opened: dict[str, RawFile] = {}
    problems: list[Problem] = []
    for name, path in paths.items():
        try:
            opened[name] = open_raw(path)
        except BundleError as error:
            problems += error.problems
    if problems:
        raise BundleError(problems)
    return opened


def _guessed(folder: Path, answers: Answers) -> dict[str, FileAnswer]:
    """Guessed answers for the files; used only if the organizer answered nothing, because it reads every file again."""
    known = tables_of(answers.kind.kind)
    found = {name: FileAnswer.model_validate(file) for name, file in describe(folder)["answers"]["files"].items()}
    return {name: file for name, file in found.items() if file.part in known}


def _one_length(parts: Mapping[str, PartRows]) -> None:
    lengths = {part: rows.vectors.dimensions for part, rows in parts.items()}
    other = next((part for part, length in lengths.items() if length != lengths["rows"]), None)
    if other is not None:
        words = f"the embeddings of {other} have {lengths[other]} numbers, those of the rows {lengths['rows']}"
        raise BundleError(Problem(f"{words}.", file=parts[other].files[0], field="files.columns"))
