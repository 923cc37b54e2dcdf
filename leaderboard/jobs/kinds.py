"""What a kind of job declares. The kinds themselves are in the rooms of their subjects, listed in ``worker.kinds``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluators.problems import Problem, ProblemsError
from leaderboard.models import Job
from leaderboard.models.statuses import Status

DETERMINISTIC = frozenset({"timeout", "memory", "output"})
"""Reasons of ``WorkFailed`` that are likely to happen again; one retry is enough to rule out bad luck."""


class SubjectGone(Exception):
    """What the job was to work on has been deleted or has changed, so there is nothing to do any more."""


class Unavailable(Exception):
    """Something that the job needs is away for the moment, like the mail server; the text is only for the log."""


class Refused(Exception):
    """What was sent is at fault, and its author is told. Other ``ProblemsError`` may be about our own data."""

    def __init__(self, problems: Sequence[Problem], *, omitted: int = 0) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems, self.omitted = list(problems), omitted

    @classmethod
    def by(cls, error: ProblemsError) -> Refused:
        return cls(error.problems, omitted=error.omitted)


def _nothing() -> None:
    pass


def _untouched(job: Job, status: Status) -> None:
    pass


def _kept(job: Job) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Done:
    """What came out of a job. ``record`` writes it, in the transaction in which the job succeeds; what it returns is
    kept as the job's ``result``.
    """

    record: Callable[[], Mapping[str, Any] | None] = _nothing


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job.

    ``perform`` does the work and returns what came out. It writes nothing itself that a second attempt could not
    write again. Instead of returning it may raise:

    - ``Refused``: the job fails, and the author of what was sent sees the problems.
    - ``SandboxUnavailable``, ``Unavailable``: it is requeued for later, and the attempt does not count.
    - ``WorkFailed``, or any other exception: the fault is ours; it is tried again, and in the end errored.
    - ``SubjectGone``: it is cancelled.

    ``ended`` is called in the transaction in which a job fails, is errored, or is cancelled as ``SubjectGone``.
    ``clean_up`` is called once the job has ended, in any way; a crash may skip it.

    ``our_fault`` is what the person who asked is told in the end; ``our_fault_for`` has other words by the reason of a
    ``WorkFailed``.
    """

    name: str
    perform: Callable[[Job], Done]
    our_fault: str
    our_fault_for: Mapping[str, str] = field(default_factory=dict)
    ended: Callable[[Job, Status], None] = _untouched
    clean_up: Callable[[Job], None] = _kept
    needs_sandbox: bool = True

    def words(self, reason: str = "") -> str:
        return self.our_fault_for.get(reason, self.our_fault)
