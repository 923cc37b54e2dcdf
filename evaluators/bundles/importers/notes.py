"""What an importer found on its way: what it changed or left out, what it did not need, and what it can't know."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

from evaluators.problems.problem import quoted
from evaluators.submissions.uploads import is_of_the_system

_NOT_NEEDED, _LICENCE = "Not needed: ", "Licence: "

MAX_NAMED = 3
MAX_FILES = 20_000
"""A source is looked through no further than this."""

DEPTH = 2


class ImportNotes:
    """Sentences for whoever imports ``source``."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self._said: list[str] = []
        self._used: set[Path] = set()

    def say(self, sentence: str) -> None:
        self._said.append(sentence)

    def use(self, path: Path) -> Path:
        """The same path; it and what lies in it were needed."""
        self._used.add(path)
        return path

    def sentences(self, licence: str) -> list[str]:
        """All of them, and about the files that were not needed and the ``licence`` as it stands in the bundle."""
        return [*self._said, *self._not_needed(), _unknown_licence(licence)]

    def _not_needed(self) -> list[str]:
        by_folder: dict[Path, list[str]] = {}
        for number, path in enumerate(sorted(self.source.rglob("*"))):
            if number == MAX_FILES:
                break
            if path.is_file() and not is_of_the_system(path.name) and not self._is_used(path):
                by_folder.setdefault(path.parent, []).append(path.name)
        return [f"{_NOT_NEEDED}{self._listed(folder, names)}." for folder, names in by_folder.items()]

    def _is_used(self, path: Path) -> bool:
        return any(place in self._used for place in (path, *path.parents))

    def _listed(self, folder: Path, names: list[str]) -> str:
        inner = folder.relative_to(self.source).as_posix()
        where = "" if inner == "." else f" in {inner}/"
        more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
        return ", ".join(quoted(name) for name in names[:MAX_NAMED]) + more + where


def about_data(sentences: Sequence[str]) -> list[str]:
    """Without those that only matter to somebody who wants the bundle."""
    return [sentence for sentence in sentences if not sentence.startswith((_NOT_NEEDED, _LICENCE))]


def _unknown_licence(licence: str) -> str:
    return (
        f'{_LICENCE}the bundle says "{licence}". Whether these files may be published is not known here: ask where '
        "they come from, and correct `licence` in challenge.yaml."
    )


def root_of(source: Path, has_it: Callable[[Path], bool]) -> Path:
    """The folder in which ``has_it``: ``source`` or one inside it, as repositories and archives have another around.

    It is ``source`` if there is no such folder, or there are several.
    """
    found = roots_of(source, has_it)
    return found[0] if len(found) == 1 else source


def roots_of(source: Path, has_it: Callable[[Path], bool]) -> list[Path]:
    """All folders in which ``has_it``, on the first level that has one: ``source``, or folders inside it."""
    level = [source]
    for _ in range(DEPTH + 1):
        found = [folder for folder in level if has_it(folder)]
        if found:
            return found
        level = [inner for folder in level for inner in folders_in(folder)][:MAX_FILES]
    return []


def folders_in(folder: Path) -> list[Path]:
    """The folders directly inside a folder, by name; none if it can't be read."""
    return sorted(path for path in folder.glob("*") if path.is_dir())


def named(folder: Path, name: str) -> Path:
    """The file of this name in a folder, whether its accents are composed or, as macOS writes them, taken apart."""
    path = folder / name
    if name.isascii() or path.exists():
        return path
    other = (folder / unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    return next((found for found in other if found.exists()), path)
