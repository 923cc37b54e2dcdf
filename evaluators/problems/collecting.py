"""Collect several problems and limit how many are shown.

Only the first problems of a submission are built, the others are counted; those of a bundle are kept, without
duplicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ParamSpec, Self

from evaluators.problems.problem import MAX_PROBLEMS, BundleError, Problem, SubmissionError

Arguments = ParamSpec("Arguments")

MAX_HELD = 500
"""How many problems of a bundle are kept while the rest of it is checked; only the first of them are shown."""


class BundleProblems:
    """Problems in the order in which they were found, without duplicates."""

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
        """Add the problems of an error."""
        self.add(*error.problems)
        self.omitted += error.omitted

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def refuse(self) -> None:
        """Raise the collected problems, if any.

        Raises:
            BundleError: there are problems.
        """
        if self._found:
            found = list(self._found)
            raise BundleError(found[:MAX_PROBLEMS], omitted=len(found[MAX_PROBLEMS:]) + self.omitted)


class SubmissionProblems:
    """Problems in the order in which they were found; those beyond ``MAX_PROBLEMS`` are only counted, not built.

    ``first`` are the problems that were built, ``count`` is the number of all.
    """

    def __init__(self, problems: Sequence[Problem] = ()) -> None:
        self.first = list(problems)
        self.count = len(self.first)

    def add(self, problem: Callable[Arguments, Problem], *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Count one more problem; ``problem`` is called with the arguments only if the result can still be shown."""
        self.count += 1
        if self.count <= MAX_PROBLEMS:
            self.first.append(problem(*args, **kwargs))

    def __bool__(self) -> bool:
        return self.count > 0

    def __iadd__(self, others: SubmissionProblems) -> Self:
        self.first += others.first
        self.count += others.count
        return self

    def by_line(self) -> SubmissionProblems:
        """The same problems, sorted by line.

        The first problems of the file come first if each collection was filled in line order before any merge.
        """
        found = SubmissionProblems(sorted(self.first, key=lambda problem: problem.line or 0))
        found.count = self.count
        return found

    def refuse(self) -> None:
        """Raise the collected problems, if any.

        Raises:
            SubmissionError: there are problems.
        """
        if self:
            raise SubmissionError(self.first, omitted=self.count - len(self.first))
