"""What lies in a bundle beside and among the files that its specification names."""

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
    """The files of a folder by their names in the bundle, and what must not be there at all."""
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
    """Files that are named and not there, and files that are there and not named.

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
    """Whether there is a file of this name that is no link, nor in a folder that is one."""
    path = folder / name
    return path.is_file() and not path.is_symlink() and not (path.parent != folder and path.parent.is_symlink())


def _is_note(name: str) -> bool:
    return "/" not in name and (name.lower().endswith(_NOTES) or name.startswith(("LICENSE", "README")))
