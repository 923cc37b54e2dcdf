"""The form fields for a kind's own answers, made from its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any, cast, get_args

from annotated_types import Ge, Gt, Le, Lt
from django import forms
from pydantic.fields import FieldInfo

from evaluators.drafting import Asked
from evaluators.kinds import Kind
from frontend.organize.wizard.fields import Explained, ExplainedChoice, Percent

SMALLEST = 1e-6
"""Added to an exclusive lower bound, since those of forms are inclusive."""


def own_fields(kind: Kind) -> dict[str, forms.Field]:
    """A field for each answer that the wizard asks for, in order.

    Title and meaning are those of the answer, otherwise those of the specification's field of the same name.
    """
    answers, specification = kind.drafting.answers.model_fields, kind.specification.model_fields
    return {name: _field(answers[name], specification.get(name)) for name in kind.drafting.asked}


def _field(info: FieldInfo, same: FieldInfo | None) -> forms.Field:
    asked = next((item for item in info.metadata if isinstance(item, Asked)), Asked())
    label = info.title or (same.title if same is not None else None)
    meaning = info.description or (same.description if same is not None else None) or ""
    options: dict[str, Any] = {"label": label, "required": info.default is not None, "initial": info.default}
    if asked.options:
        return _choice(asked, options | {"initial": info.default or ""})
    options["help_text"] = f"{meaning} Empty: {asked.empty}." if asked.empty else meaning
    types = set(get_args(info.annotation)) - {NoneType} or {info.annotation}
    if types == {bool}:
        return forms.BooleanField(**options | {"required": False})
    if asked.percent:
        return Percent(**options)
    number = forms.IntegerField if types == {int} else forms.FloatField
    return number(**options, **_bounds(info))


def _choice(asked: Asked, options: Mapping[str, Any]) -> forms.ChoiceField:
    choices = [(value or "", Explained(item.title, item.meaning)) for value, item in asked.options.items()]
    has_meanings = any(item.meaning for item in asked.options.values())
    return (ExplainedChoice if has_meanings else forms.ChoiceField)(choices=choices, **options)


def _bounds(info: FieldInfo) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in info.metadata:
        if isinstance(item, Ge):
            found["min_value"] = item.ge
        elif isinstance(item, Gt):
            found["min_value"] = cast(float, item.gt) + SMALLEST
        elif isinstance(item, Le):
            found["max_value"] = item.le
        elif isinstance(item, Lt):
            found["max_value"] = cast(int, item.lt) - 1
    return found
