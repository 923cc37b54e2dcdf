"""What a specification's own rules say when they are broken: several problems at once, each with its remedy.

pydantic passes on one ``ValueError`` of a rule. These carry what is wrong, what would be right and in which field; the
field is relative to the value whose rule it is, its parts separated by dots.
"""

from __future__ import annotations

from collections.abc import Iterable

from evaluators.problems.problem import Problem


class InvalidValue(ValueError):
    """A value that cannot be: ``message`` without its full stop, ``remedy`` a whole sentence."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.problems = [Problem(f"{message}.", remedy)]


class InvalidValues(ValueError):
    """Values that cannot be together. Each text is ``FIELD: what is wrong`` or what is wrong alone."""

    def __init__(self, problems: Iterable[Problem | str]) -> None:
        self.problems = [item if isinstance(item, Problem) else _split(item) for item in problems]
        super().__init__("; ".join(f"{item.field or ''}: {item.message}".removeprefix(": ") for item in self.problems))


def refuse(problems: Iterable[Problem | str]) -> None:
    """Raise what was found.

    Raises:
        InvalidValues: anything was.
    """
    # The same may be found of several tasks.
    found = list(dict.fromkeys(problems))
    if found:
        raise InvalidValues(found)


def _split(text: str) -> Problem:
    field, separator, rest = text.partition(": ")
    plain = separator and field.replace("_", "").replace(".", "").isalnum()
    return Problem(f"{rest}.", field=field) if plain else Problem(f"{text}.")
