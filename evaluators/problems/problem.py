"""The two families of errors: the sender's fault, which the sender is told in full, and everything else.

A ``Problem`` is something that the sender can fix. ``SubmissionError`` and ``BundleError`` carry one or more problems,
and their text may be shown to the sender of the file. Any other exception is *our* fault: it is logged, never shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum

MAX_PROBLEMS = 20
"""How many problems are reported at most; for a file with a thousand wrong lines, the first few are enough."""

MAX_QUOTED = 60
"""How many characters of a user's text are repeated in a message."""


class ExitCode(IntEnum):
    """Exit codes of ``python -m evaluators``. All others, except for success, submission and usage, are our fault."""

    SUCCESS = 0
    SUBMISSION_FAULT = 1
    USAGE = 2
    OUR_FAULT = 70
    OUT_OF_MEMORY = 71


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is and what would be right.

    ``line`` and ``column`` count from 1, as editors do. ``field`` is a column of a table or a key.
    """

    message: str
    remedy: str = ""
    file: str | None = None
    line: int | None = None
    field: str | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file,
                f"line {self.line}" if self.line is not None else None,
                f"column {self.column}" if self.column is not None else None,
                f"field '{self.field}'" if self.field is not None else None,
            )
            if part
        )
        sentence = f"{place}: {self.message}" if place else self.message
        return f"{sentence} {self.remedy}".rstrip()

    def as_dict(self) -> dict[str, str | int | None]:
        """The problem as JSON. An unknown ``column`` is left out, as in the form used before columns were added."""
        content: dict[str, str | int | None] = asdict(self)
        return content if self.column is not None else {key: content[key] for key in content if key != "column"}


class ProblemsError(Exception):
    """Base class of the errors whose text may be shown to the sender of the file."""

    def __init__(self, problems: Sequence[Problem] | Problem, *, omitted: int = 0) -> None:
        found = [problems] if isinstance(problems, Problem) else list(problems)
        if not found:
            raise ValueError("an error needs at least one problem")
        self.omitted = omitted + max(0, len(found) - MAX_PROBLEMS)
        self.problems = found[:MAX_PROBLEMS]
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __str__(self) -> str:
        text = super().__str__()
        return f"{text}\n… and {self.omitted} more." if self.omitted else text


class SubmissionError(ProblemsError):
    """The submission is at fault; it is never retried."""


class BundleError(ProblemsError):
    """The challenge's bundle is at fault; its organizer is told."""


def quoted(text: str) -> str:
    """A user's text for use inside a message: shortened, printable and in quotes.

    Control characters, and invisible characters that reorder text, are shown as escapes. So a message can neither forge
    a line of a log nor hide what was sent.
    """
    cut = text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"
    return "'" + "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut) + "'"
