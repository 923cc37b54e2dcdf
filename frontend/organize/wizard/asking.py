"""The form fields for a kind's own answers, made from its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from pydantic.fields import FieldInfo

from evaluators.drafting import Asked
from evaluators.kinds import Kind
from frontend.organize.wizard.fields import Explained, ExplainedChoice, Percent, declared_field


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
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    required = info.is_required() or default not in (None, "", [])
    options: dict[str, Any] = {"label": label, "required": required, "initial": default}
    if asked.options:
        return _choice(asked, options | {"initial": default or ""})
    options["help_text"] = f"{meaning} Empty: {asked.empty}." if asked.empty else meaning
    return Percent(**options) if asked.percent else declared_field(info, **options)


def _choice(asked: Asked, options: Mapping[str, Any]) -> forms.ChoiceField:
    choices = [(value or "", Explained(item.title, item.meaning)) for value, item in asked.options.items()]
    has_meanings = any(item.meaning for item in asked.options.values())
    return (ExplainedChoice if has_meanings else forms.ChoiceField)(choices=choices, **options)
