"""The public part of a challenge's specification as the API shows it. Nothing in it tells where hidden rows are.

Every field is listed, the kinds' own in their public models, so a new field of a specification stays hidden until
somebody decides to show it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.serializers import PolymorphicProxySerializerExtension
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from evaluators.kinds import every_kind, kind_of
from evaluators.registry import METRICS, MODELS
from evaluators.specification import Specification
from leaderboard.api.derived import serializer_class

Content = Mapping[str, Any]


Choices = list[tuple[str, str]]


def model_choices() -> Choices:
    return [(name, model.title) for name, model in MODELS.items()]


def metric_choices() -> Choices:
    return [(name, metric.title) for name, metric in METRICS.items()]


def scorer_choices() -> Choices:
    return list({info.name: info.title for kind in every_kind() for info in kind.scorers}.items())


def kind_choices() -> Choices:
    return [(kind.name, kind.title) for kind in every_kind()]


class RegisteredName(serializers.ChoiceField):
    """The name of an entry of a registry, which ``choices_now`` reads whenever a serializer is made."""

    def __init__(self, choices_now: Callable[[], Choices], **options: Any) -> None:
        super().__init__(choices_now(), **options)


class ModelSerializer(serializers.Serializer[Any]):
    name = RegisteredName(model_choices)
    parameters = serializers.DictField()


class CommonSpecificationSerializer(serializers.Serializer[Any]):
    """What a submission must contain and how it is scored: the fields that all kinds of challenges share."""

    description = serializers.CharField(allow_blank=True)
    rules = serializers.CharField(allow_blank=True)
    data_card = serializers.CharField(allow_blank=True)
    licence = serializers.CharField()
    model = ModelSerializer()
    metric = RegisteredName(metric_choices)
    direction = serializers.ChoiceField(choices=["maximize", "minimize"])
    seeds = serializers.ListField(child=serializers.IntegerField())
    scorer = RegisteredName(scorer_choices)
    reference = serializers.CharField(allow_null=True)
    partial: Any = serializers.BooleanField()


class AnySpecificationSerializer(serializers.Serializer[Any]):
    """The specification of a challenge of any kind; only for the OpenAPI document, see ``shown_specification``."""


class AnySpecificationExtension(OpenApiSerializerExtension):
    """Reads the kinds whenever the document is made."""

    target_class = AnySpecificationSerializer

    def get_name(self, auto_schema: Any, direction: Any) -> str:
        return "Specification"

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        by_kind: dict[str, Any] = {
            kind.name: serializer_class(kind.public, CommonSpecificationSerializer) for kind in every_kind()
        }
        proxy = PolymorphicProxySerializer("Specification", by_kind, resource_type_field_name="kind")
        return PolymorphicProxySerializerExtension(proxy).map_serializer(auto_schema, direction)


def shown_specification(specification: Specification) -> Content:
    """The public part of a specification."""
    common: Content = CommonSpecificationSerializer(specification).data
    return {**common, **kind_of(specification).public.of(specification).content()}
