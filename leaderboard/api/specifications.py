"""The public part of a challenge's specification as the API shows it. Nothing in it tells where hidden rows are.

Every field is listed here, so a new field of a specification stays hidden until somebody decides to show it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from evaluators.kinds import CleaningSpecification, SelectionSpecification
from evaluators.registry import METRICS, MODELS
from evaluators.specification import Specification

Content = Mapping[str, Any]


Choices = list[tuple[str, str]]


def model_choices() -> Choices:
    return [(name, model.title) for name, model in MODELS.items()]


def metric_choices() -> Choices:
    return [(name, metric.title) for name, metric in METRICS.items()]


class RegisteredName(serializers.ChoiceField):
    """The name of an entry of a registry, which ``choices_now`` reads whenever a serializer is made."""

    def __init__(self, choices_now: Callable[[], Choices], **options: Any) -> None:
        super().__init__(choices_now(), **options)


class ModelSerializer(serializers.Serializer[Any]):
    name = RegisteredName(model_choices)
    parameters = serializers.DictField()


class PublicTableSerializer(serializers.Serializer[Any]):
    """Public parquet files with the same columns, and the names of these columns; null for a missing column."""

    files = serializers.ListField(child=serializers.CharField())
    id = serializers.CharField(allow_null=True)
    embedding = serializers.CharField(allow_null=True)
    label: Any = serializers.CharField(allow_null=True)
    group = serializers.CharField(allow_null=True)


class TaskSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField(allow_blank=True)


class SelectionTaskSerializer(TaskSerializer):
    positive = serializers.CharField(allow_null=True)
    budget = serializers.IntegerField()
    classes = serializers.ListField(child=serializers.CharField())
    labels = serializers.ListField(child=serializers.CharField())
    pool = PublicTableSerializer()
    examples = PublicTableSerializer(allow_null=True)


class CleaningTaskSerializer(TaskSerializer):
    budget = serializers.IntegerField(allow_null=True)
    classes = serializers.ListField(child=serializers.CharField())
    train = PublicTableSerializer()
    validation = PublicTableSerializer(allow_null=True)


class PriceSerializer(serializers.Serializer[Any]):
    """The parameters of the pricing method; those of other methods are absent."""

    method = serializers.ChoiceField(choices=["linear", "volume-discount", "fixed-plus-unit"])
    full_price = serializers.FloatField(required=False)
    discount = serializers.FloatField(required=False)
    fixed = serializers.FloatField(required=False)
    unit = serializers.FloatField(required=False)


class SellerSerializer(TaskSerializer):
    price = PriceSerializer()


class MarketSerializer(TaskSerializer):
    budget = serializers.FloatField()
    buyer = PublicTableSerializer()
    samples = PublicTableSerializer(allow_null=True)
    summaries = serializers.CharField()
    sellers = SellerSerializer(many=True)


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
    scorer = serializers.ChoiceField(choices=["corrected", "reference", "reference-knn"])
    reference = serializers.CharField(allow_null=True)
    partial: Any = serializers.BooleanField()


class SelectionSpecificationSerializer(CommonSpecificationSerializer):
    kind = serializers.ChoiceField(choices=["selection"])
    tasks = serializers.SerializerMethodField()
    budget = serializers.IntegerField(allow_null=True)
    columns = serializers.ListField(child=serializers.CharField())
    labels = serializers.ChoiceField(choices=["known", "submitted"])
    classes = serializers.ListField(child=serializers.CharField(), allow_null=True)
    subsample = serializers.FloatField()
    every_class = serializers.BooleanField()

    @extend_schema_field(SelectionTaskSerializer(many=True))
    def get_tasks(self, specification: SelectionSpecification) -> list[Content]:
        tables = specification.tables()
        tasks = [
            {
                "name": plan.name,
                "title": plan.task.title,
                "positive": plan.task.positive,
                "budget": plan.budget,
                "classes": plan.classes,
                "labels": plan.labels,
                "pool": plan.pool_table,
                "examples": tables[plan.examples].table if plan.examples is not None else None,
            }
            for plan in specification.plans.values()
        ]
        return [SelectionTaskSerializer(task).data for task in tasks]


class CleaningSpecificationSerializer(CommonSpecificationSerializer):
    kind = serializers.ChoiceField(choices=["cleaning"])
    tasks = serializers.SerializerMethodField()
    action = serializers.ChoiceField(choices=["rank", "relabel"])
    columns = serializers.ListField(child=serializers.CharField())
    subsample = serializers.FloatField()
    reveal = serializers.ChoiceField(choices=["counts", "fixes"])

    @extend_schema_field(CleaningTaskSerializer(many=True))
    def get_tasks(self, specification: CleaningSpecification) -> list[Content]:
        tables = specification.tables()
        tasks = [
            {
                "name": plan.name,
                "title": plan.task.title,
                "budget": plan.budget or None,  # a ranking has none
                "classes": plan.classes,
                "train": plan.train_table,
                "validation": tables[plan.validation].table if plan.validation is not None else None,
            }
            for plan in specification.plans.values()
        ]
        return [CleaningTaskSerializer(task).data for task in tasks]


class AcquisitionSpecificationSerializer(CommonSpecificationSerializer):
    kind = serializers.ChoiceField(choices=["acquisition"])
    tasks = MarketSerializer(many=True)
    classes = serializers.ListField(child=serializers.CharField())
    accuracy_weight = serializers.FloatField()


SERIALIZERS: dict[str, type[serializers.Serializer[Any]]] = {
    "selection": SelectionSpecificationSerializer,
    "cleaning": CleaningSpecificationSerializer,
    "acquisition": AcquisitionSpecificationSerializer,
}

ANY_SPECIFICATION = PolymorphicProxySerializer(
    component_name="Specification",
    serializers={**SERIALIZERS},
    resource_type_field_name="kind",
    allow_null=True,
)


def shown_specification(specification: Specification) -> Content:
    """The public part of a specification."""
    shown: Content = SERIALIZERS[specification.kind](specification).data
    return shown
