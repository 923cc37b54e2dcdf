"""Serializers for the OpenAPI document are derived from the public models of the kinds."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import ConfigDict, Field
from rest_framework import serializers

from evaluators.kinds import Kind, PublicModel, every_kind
from leaderboard.api.derived import fields_of, serializer_class


class Part(PublicModel):
    """A part."""

    model_config = ConfigDict(title="Piece")

    size: float = 0.0


class Whole(PublicModel):
    name: str
    count: int | None
    way: Literal["to", "fro"]
    names: list[str]
    part: Part | None
    parts: list[Part] = Field(json_schema_extra={"readOnly": True})


def test_each_type_has_its_field() -> None:
    fields = fields_of(Whole)
    assert [type(field).__name__ for field in fields.values()] == [
        *("CharField", "IntegerField", "ChoiceField", "ListField", "PieceSerializer", "ListSerializer"),
    ]
    assert [name for name, field in fields.items() if field.allow_null] == ["count", "part"]
    assert [name for name, field in fields.items() if field.read_only] == ["parts"]
    assert list(fields["way"].choices) == ["to", "fro"]


class Nested(PublicModel):
    prices: dict[str, float]
    names: dict[str, list[str]] | None
    parts: dict[str, Part]
    limit: float | Literal["none"]
    weights: list[Annotated[float, Field(gt=0)]]


def test_mappings_and_unions_have_their_fields() -> None:
    fields = fields_of(Nested)
    assert [type(field).__name__ for field in fields.values()] == [
        *("DictField", "DictField", "DictField", "JSONField", "ListField"),
    ]
    assert [type(fields[name].child).__name__ for name in ("prices", "names", "parts", "weights")] == [
        *("FloatField", "ListField", "PieceSerializer", "FloatField"),
    ]
    assert [name for name, field in fields.items() if field.allow_null] == ["names"]


def test_a_field_with_a_default_may_be_absent() -> None:
    assert [field.required for field in fields_of(Part).values()] == [False]


def test_a_component_has_one_class_and_only_its_own_words() -> None:
    assert serializer_class(Part) is serializer_class(Part)
    assert serializer_class(Part).__doc__ == "A part."
    assert serializer_class(Whole).__doc__ != PublicModel.__doc__


def test_a_type_that_json_cannot_hold_is_refused() -> None:
    class Odd(PublicModel):
        bits: bytes

    with pytest.raises(TypeError, match="bytes"):
        fields_of(Odd)


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.name)
def test_every_kind_has_a_component(kind: Kind) -> None:
    public = kind.public
    assert issubclass(serializer_class(public), serializers.Serializer)
    assert public.model_config["title"].endswith("Specification")
