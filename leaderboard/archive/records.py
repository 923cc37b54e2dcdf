"""Converting a row of the database to plain data, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model

from evaluators.problems import quoted
from leaderboard.archive.layout import ArchiveTable
from leaderboard.boards.rows import moment

Record = dict[str, Any]


class Unreadable(Exception):
    """The archive is at fault; the text is for the user who imports it."""


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    return str(value) if isinstance(value, (date, UUID)) else value


def record_of(row: Model, table: ArchiveTable, numbers: Mapping[str, Mapping[Any, int]]) -> Record:
    """A row as plain data. ``numbers`` maps, for each table, primary keys to row numbers."""
    record = {name: plain(getattr(row, name)) for name in (*table.fields, *table.job_fields)}
    for name, target in table.links.items():
        key = getattr(row, f"{name}_id")
        # A round that starts from one of another challenge loses this link: the other challenge is not in the archive.
        record[name] = numbers[target].get(key) if key is not None else None
    return record


def values_of(record: object, model: type[Model], fields: Sequence[str], where: str) -> dict[str, Any]:
    """The values of a record, each converted to the type of its field.

    Raises:
        Unreadable: a field is missing, unknown or wrong.
    """
    if not isinstance(record, dict) or not set(fields) <= set(record):
        raise Unreadable(f"{where} lacks a field; there must be {', '.join(fields)}")
    return {name: _value(record[name], model._meta.get_field(name), f"{where}, field '{name}'") for name in fields}


def _value(value: Any, field: Any, where: str) -> Any:
    if isinstance(value, float) and not isfinite(value):
        raise Unreadable(f"{where} is not a finite number")
    if value is None:
        if not field.null:
            raise Unreadable(f"{where} is empty")
        return None
    try:
        # Fields that cannot be edited in a form are checked too.
        converted = field.to_python(value)
        field.run_validators(converted)
        if field.choices and converted not in {key for key, _ in field.flatchoices} | ({""} if field.blank else set()):
            raise ValidationError("no such choice")
    except (ValidationError, TypeError, ValueError, OverflowError) as error:
        raise Unreadable(f"{where} has the wrong value {quoted(str(value)[:80])}") from error
    return converted


def _may_be_empty(model: type[Model], name: str) -> bool:
    return any(field.name == name and getattr(field, "null", False) for field in model._meta.get_fields())


def linked(
    record: Mapping[str, Any],
    table: ArchiveTable,
    made: Mapping[str, Sequence[Any]],
    where: str,
    *,
    within: bool = False,
) -> dict[str, Any]:
    """The objects that a record links to: in earlier tables, or (``within``) in its own table once that is created.

    Raises:
        Unreadable: a link points to a row that does not exist.
    """
    found: dict[str, Any] = {}
    for name, target in table.links.items():
        if (target == table.name) != within:
            continue
        number = record.get(name)
        if number is None and _may_be_empty(table.model, name):
            found[name] = None
            continue
        rows = made.get(target, ())
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= len(rows):
            raise Unreadable(f"{where}, field '{name}' points to nothing in {target}")
        found[name] = rows[number - 1]
    return found
