"""Choices and form fields made from the declarations of models and metrics.

The registries are read whenever a form is made, so a model or metric needs no line here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from pydantic.fields import FieldInfo

from evaluators.registry import METRICS, MODELS, FixedModel, Metric
from frontend.organize.wizard.fields import Explained, declared_field

Choice = tuple[str, Explained]


def model_choices() -> list[Choice]:
    return [(name, Explained(model.title, model.meaning)) for name, model in MODELS.items()]


def metric_choices(names: Iterable[str]) -> list[Choice]:
    """Those of these metrics that a draft can have; those that need nothing special come first."""
    possible = [METRICS[name] for name in names if not METRICS[name].base]
    metrics = sorted(possible, key=lambda metric: (metric.condition, metric.binary))
    return [(metric.name, Explained(metric.title, _meaning(metric))) for metric in metrics]


def _meaning(metric: Metric) -> str:
    better = "Lower is better. " if metric.direction == "minimize" else ""
    return f"{better}{capfirst(metric.meaning)}. {metric.requirement}".strip()


def field_name(model: str, parameter: str) -> str:
    """The form field of a parameter; models may have parameters of the same name."""
    return f"{model}-{parameter}"


def parameter_fields(model: type[FixedModel]) -> Iterator[tuple[str, forms.Field]]:
    """The form field of every parameter, by its name. An empty field means the default."""
    for parameter, info in model.model_fields.items():
        yield field_name(model.name, parameter), _field(info)


def given_parameters(model: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of this model that differ from their defaults; ``values`` are those of the form's fields."""
    fields = MODELS[model].model_fields
    found = {parameter: values.get(field_name(model, parameter)) for parameter in fields}
    return {name: value for name, value in found.items() if value not in (None, "", fields[name].default)}


def _field(info: FieldInfo) -> forms.Field:
    options: dict[str, Any] = {"required": False, "label": info.title, "help_text": info.description}
    if isinstance(info.default, int | float) and not isinstance(info.default, bool):
        return declared_field(info, **options | {"help_text": f"{info.description} Default {info.default:g}."})
    return declared_field(info, **options | {"initial": info.default})
