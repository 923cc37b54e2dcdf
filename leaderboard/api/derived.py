"""Serializers derived from pydantic models, in which each kind lists its public fields; for the OpenAPI document."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from rest_framework import serializers

from evaluators.kinds import PublicModel

Fields = dict[str, serializers.Field[Any, Any, Any, Any]]

PLAIN: dict[Any, type[serializers.Field[Any, Any, Any, Any]]] = {
    str: serializers.CharField,
    int: serializers.IntegerField,
    float: serializers.FloatField,
    bool: serializers.BooleanField,
}


@cache
def serializer_class(
    model: type[PublicModel], base: type[serializers.Serializer[Any]] = serializers.Serializer
) -> type[serializers.Serializer[Any]]:
    """A serializer with the fields of ``base`` and those of ``model``; its component is called as the model's title."""
    title = model.model_config.get("title") or model.__name__
    # A docstring that is only inherited describes the base, not this component.
    own = {"__doc__": model.__doc__} if "__doc__" in vars(model) and model.__doc__ else {}
    return type(f"{title}Serializer", (base,), {**fields_of(model), **own})


def fields_of(model: type[PublicModel]) -> Fields:
    """A field for each field of ``model``."""
    return {name: _field(info) for name, info in model.model_fields.items()}


def _field(info: FieldInfo) -> serializers.Field[Any, Any, Any, Any]:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    options: dict[str, Any] = {"read_only": True} if extra.get("readOnly") else {}
    if not info.is_required():
        options["required"] = False
    return _typed(info.annotation, options)


def _typed(annotation: Any, options: dict[str, Any]) -> serializers.Field[Any, Any, Any, Any]:
    """The field for a type.

    Raises:
        TypeError: there is none.
    """
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _typed(inside[0], options)
    if origin in (Union, UnionType):
        return _of_union([item for item in inside if item is not NoneType], options | _null(inside))
    if origin is Literal:
        return serializers.ChoiceField(choices=list(inside), **options)
    if origin is list and isinstance(inside[0], type) and issubclass(inside[0], PublicModel):
        return serializer_class(inside[0])(many=True, **options)
    if origin is list:
        return serializers.ListField(child=_typed(inside[0], {}), **options)
    if origin is dict and inside[0] is str:
        return serializers.DictField(child=_typed(inside[1], {}), **options)
    if isinstance(annotation, type) and issubclass(annotation, PublicModel):
        return serializer_class(annotation)(**options)
    if annotation in PLAIN:
        return PLAIN[annotation](**options)
    raise TypeError(f"no serializer's field holds {annotation}")


def _null(inside: tuple[Any, ...]) -> dict[str, Any]:
    return {"allow_null": True} if NoneType in inside else {}


def _of_union(types: list[Any], options: dict[str, Any]) -> serializers.Field[Any, Any, Any, Any]:
    """The field for a value of one of the types: with several, that of any JSON."""
    if len(types) == 1:
        return _typed(types[0], options)
    for item in types:
        _typed(item, {})
    return serializers.JSONField(**options)
