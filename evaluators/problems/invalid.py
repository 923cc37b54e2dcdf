"""What a specification's own rules say when they are broken: several findings at once, each with its remedy.

pydantic passes on one ``ValueError`` of a rule. These carry what is wrong, what would be right and in which field.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule; ``field`` is relative to whose rule it is, its parts separated by dots."""

    message: str
    remedy: str = ""
    field: str = ""


class Wrong(ValueError):
    """A value that cannot be: ``message`` without its full stop, ``remedy`` a whole sentence."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.findings = [Finding(f"{message}.", remedy)]


class Disagreements(ValueError):
    """Values that cannot be together. Each text is ``FIELD: what is wrong`` or what is wrong alone."""

    def __init__(self, findings: Iterable[Finding | str]) -> None:
        self.findings = [item if isinstance(item, Finding) else _split(item) for item in findings]
        super().__init__("; ".join(f"{item.field}: {item.message}".removeprefix(": ") for item in self.findings))


def refuse(findings: Iterable[Finding | str]) -> None:
    """Raise what was found.

    Raises:
        Disagreements: anything was.
    """
    # The same may be found of several tasks.
    found = list(dict.fromkeys(findings))
    if found:
        raise Disagreements(found)


def _split(text: str) -> Finding:
    field, separator, rest = text.partition(": ")
    plain = separator and field.replace("_", "").replace(".", "").isalnum()
    return Finding(f"{rest}.", field=field) if plain else Finding(f"{text}.")
