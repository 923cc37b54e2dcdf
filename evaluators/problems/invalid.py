"""Exceptions for the specification's own rules: several problems at once, each with its remedy.

pydantic passes on a ``ValueError`` that a validator raises. These carry the message, the remedy and the field; the
field is relative to the validated value, its parts separated by dots.
"""

from __future__ import annotations

from collections.abc import Iterable

from evaluators.problems.problem import Problem


class InvalidValue(ValueError):
    """An invalid value: ``message`` has no full stop at its end, ``remedy`` is a whole sentence."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.problems = [Problem(f"{message}.", remedy)]


class InvalidValues(ValueError):
    """Values that aren't valid together. Each text is ``FIELD: what is wrong`` or only ``what is wrong``."""

    def __init__(self, problems: Iterable[Problem | str]) -> None:
        self.problems = [item if isinstance(item, Problem) else _split(item) for item in problems]
        super().__init__("; ".join(f"{item.field or ''}: {item.message}".removeprefix(": ") for item in self.problems))


def refuse(problems: Iterable[Problem | str]) -> None:
    """Raise the problems, if any.

    Raises:
        InvalidValues: there are problems.
    """
    # Several tasks may have the same problem.
    found = list(dict.fromkeys(problems))
    if found:
        raise InvalidValues(found)


def _split(text: str) -> Problem:
    field, separator, rest = text.partition(": ")
    plain = separator and field.replace("_", "").replace(".", "").isalnum()
    return Problem(f"{rest}.", field=field) if plain else Problem(f"{text}.")
