"""A finding of the readiness check. Its codes are stable: acknowledgements refer to them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from evaluators.kinds.records import Finite, Record

Severity = Literal["blocker", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("blocker", "warning", "note")
"""Severities in the order in which they are shown."""

Text = Annotated[str, Field(max_length=2000)]
Label = Annotated[str, Field(max_length=200)]


class ShownFact(Record):
    """A measurement of one kind as the readiness page shows it: what it is, and its value in words."""

    title: Label
    text: Text


class Finding(Record):
    """``measured`` describes ``value`` in words; ``where`` names the task or table, empty for the whole challenge."""

    code: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=60)]
    severity: Severity
    title: Text
    measured: Text
    value: Finite | None = None
    why: Text
    remedy: Text
    where: Label = ""
