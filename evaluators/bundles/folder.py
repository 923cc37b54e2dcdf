"""Which files a bundle contains, compared with the files that its specification names."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from evaluators.problems.collecting import BundleProblems
from evaluators.problems.problem import Problem, quoted
from evaluators.problems.suggestions import closest_name
from evaluators.specification.reading import SPECIFICATION_FILE

MAX_LISTED = 5_000
_NOTES = (".md", ".txt")


def names_in(folder: Path) -> tuple[list[str], BundleProblems]:
    """List the files of a folder by their names in the bundle, with a problem for each entry that isn't allowed."""
    found: list[str] = []
    problems = BundleProblems()
    for name, entry in _entries(folder, ""):
        if entry.is_symlink():
            problems.add(Problem("is a link.", "Put the file itself there.", name))
        elif not entry.is_file(follow_symlinks=False):
            problems.add(Problem("is not a plain file.", "Take it out.", name))
        else:
            found.append(name)
        if len(found) > MAX_LISTED:
            problems.add(Problem(f"the bundle holds more than {MAX_LISTED} files.", "Put a table's rows into one."))
            break
    return sorted(found), problems


def _entries(folder: Path, inside: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as listing:
        for entry in listing:
            name = f"{inside}{entry.name}"
            if entry.is_dir(follow_symlinks=False) and inside.count("/") < 3:
                yield from _entries(Path(entry.path), f"{name}/")
            elif entry.name != ".DS_Store":
                yield name, entry


def missing_and_unknown(there: Collection[str], named: Collection[str]) -> BundleProblems:
    """Problems for files that are named but missing, and for files that are present but not named.

    Notes for people (``README.md``, ``LICENSE.txt``) may lie beside ``challenge.yaml``; they are not kept.
    """
    problems = BundleProblems()
    unknown = [name for name in there if name not in named and name != SPECIFICATION_FILE and not _is_note(name)]
    for name in named:
        if name not in there:
            meant = closest_name(name, unknown)
            remedy = f"There is {quoted(meant)}: did you mean it?" if meant else "Put it in, or name another."
            problems.add(Problem("the file is missing or cannot be read.", remedy, name))
    for name in unknown:
        shown = name if name.isprintable() and len(name) <= 100 else None
        message = "is not named in challenge.yaml." if shown else f"{quoted(name)} is not named in challenge.yaml."
        problems.add(Problem(message, "Name it there, or take it out.", shown))
    return problems


def is_plain(folder: Path, name: str) -> bool:
    """Whether ``name`` is a regular file: not a link, and not in a folder that is a link."""
    path = folder / name
    return path.is_file() and not path.is_symlink() and not (path.parent != folder and path.parent.is_symlink())


def _is_note(name: str) -> bool:
    return "/" not in name and (name.lower().endswith(_NOTES) or name.startswith(("LICENSE", "README")))
