"""Translate pydantic's errors into words for people who don't know Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from evaluators.problems.problem import quoted
from evaluators.problems.suggestions import suggestion


def worded(item: Any) -> tuple[str, str]:
    """Message and remedy for one of pydantic's errors."""
    if item["type"] in WORDS:
        return WORDS[item["type"]](item["input"], item.get("ctx", {}))
    return f"{item['msg']}.", ""


def shown(value: Any) -> str:
    """A value in the form in which its author would recognise it."""
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "nothing"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    return str(value).lower() if isinstance(value, bool) else quoted(repr(value)).strip("'")


def _one_of(value: Any, context: Any) -> tuple[str, str]:
    names = re.findall(r"'([^']*)'", str(context["expected"]))
    if not names:
        return f"{shown(value)} is not right here.", f"Write {context['expected']}."
    return f"{shown(value)} is not one of its values.", suggestion(value if isinstance(value, str) else "", names)


def _not_a(kind: str, example: str) -> Callable[[Any, Any], tuple[str, str]]:
    def said(value: Any, context: Any) -> tuple[str, str]:
        return f"{shown(value)} is not {kind}.", example

    return said


def _text(value: Any, context: Any) -> tuple[str, str]:
    plain = value is not None and not isinstance(value, list | dict)
    return f"{shown(value)} is not a text.", f'Put it into quotes: "{shown(value)}".' if plain else "Write a text."


def _bound(word: str, key: str, end: str) -> Callable[[Any, Any], tuple[str, str]]:
    def said(value: Any, context: Any) -> tuple[str, str]:
        return f"{shown(value)} is too {word}.", f"It must be {end} {_number(context[key])}."

    return said


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() and value < 1e15 else str(value)


def _length(key: str, unit: str, end: str) -> Callable[[Any, Any], tuple[str, str]]:
    def said(value: Any, context: Any) -> tuple[str, str]:
        limit = context[key]
        actual = context.get("actual_length", len(value) if isinstance(value, str | list) else 0)
        size = f"{actual} {unit}" + ("" if actual == 1 else "s")
        return f"has {size}.", f"It needs at {end} {limit}."

    return said


def _whole(value: Any, context: Any) -> tuple[str, str]:
    return f"{shown(value)} is not a whole number.", "Write one without a decimal point or quotes."


WORDS: dict[str, Callable[[Any, Any], tuple[str, str]]] = {
    "missing": lambda value, context: ("is missing.", "Add it."),
    "literal_error": _one_of,
    "string_type": _text,
    "int_type": _whole,
    "int_parsing": _whole,
    "int_from_float": _whole,
    "int_parsing_size": _whole,
    "float_type": _not_a("a number", "Write one without quotes."),
    "float_parsing": _not_a("a number", "Write one without quotes."),
    "finite_number": _not_a("a finite number", "Write another one."),
    "bool_type": _not_a("true or false", "Write true or false."),
    "bool_parsing": _not_a("true or false", "Write true or false."),
    "list_type": _not_a("a list", "Write its items in lines that begin with '- '."),
    "model_type": _not_a("a mapping from fields to values", "Write its fields as name: value, indented below it."),
    "model_attributes_type": _not_a("a mapping from fields to values", "Write its fields as name: value."),
    "dict_type": _not_a("a mapping from fields to values", "Write its fields as name: value, indented below it."),
    "greater_than_equal": _bound("small", "ge", "at least"),
    "greater_than": _bound("small", "gt", "more than"),
    "less_than_equal": _bound("large", "le", "at most"),
    "less_than": _bound("large", "lt", "less than"),
    "string_too_short": _length("min_length", "character", "least"),
    "string_too_long": _length("max_length", "character", "most"),
    "too_short": _length("min_length", "item", "least"),
    "too_long": _length("max_length", "item", "most"),
}
