"""Several problems at once, few enough to be read: a submission's are counted, a bundle's are held, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ParamSpec, Self

from evaluators.problems.problem import MAX_PROBLEMS, BundleError, Problem, SubmissionError

Arguments = ParamSpec("Arguments")

MAX_HELD = 500
"""Held while the rest is looked at; the first of them are shown."""


class BundleProblems:
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


class SubmissionProblems:
    """Problems in the order in which they are found; those beyond ``MAX_PROBLEMS`` are counted and never built.

    ``first`` are the built ones, ``count`` is the number of all.
    """

    def __init__(self, problems: Sequence[Problem] = ()) -> None:
        self.first = list(problems)
        self.count = len(self.first)

    def add(self, problem: Callable[Arguments, Problem], *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Count one more; ``problem`` makes it of the arguments if it can still be shown."""
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
        """The same; if each problem was added in the order of lines, or merged from such ones, the first come first."""
        found = SubmissionProblems(sorted(self.first, key=lambda problem: problem.line or 0))
        found.count = self.count
        return found

    def refuse(self) -> None:
        """Raise what was found.

        Raises:
            SubmissionError: anything was.
        """
        if self:
            raise SubmissionError(self.first, omitted=self.count - len(self.first))
