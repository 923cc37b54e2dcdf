"""Problems of many files, kept few enough to be read."""

from __future__ import annotations

from collections.abc import Iterator

from evaluators.problems.problem import MAX_PROBLEMS, BundleError, Problem

MAX_HELD = 500
"""Held while the rest is looked at; the first of them are shown."""


class Collected:
    """Problems in the order in which they are found, each once."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}
        self.omitted = 0

    def add(self, *problems: Problem) -> None:
        for problem in problems:
            if len(self._found) < MAX_HELD:
                self._found[problem] = None
            else:
                self.omitted += 1

    def take(self, error: BundleError) -> None:
        """What somebody else found."""
        self.add(*error.problems)
        self.omitted += error.omitted

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def refuse(self) -> None:
        """Raise what was found.

        Raises:
            BundleError: anything was.
        """
        if self._found:
            found = list(self._found)
            raise BundleError(found[:MAX_PROBLEMS], omitted=len(found[MAX_PROBLEMS:]) + self.omitted)
