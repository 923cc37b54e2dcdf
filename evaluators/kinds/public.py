"""Base models of what anyone may read of a specification: nothing in it says where hidden rows are.

Every field is listed, so a new field of a specification stays hidden until somebody decides to show it. The API and its
OpenAPI document are made from these models; the ``title`` of a model is its name there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from evaluators.specification.challenge import Specification


class PublicModel(BaseModel):
    """Reads its fields from an object's attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class PublicTable(PublicModel):
    """Public parquet files with the same columns, and the names of these columns; null for a missing column."""

    model_config = ConfigDict(title="PublicTable")

    files: list[str]
    id: str | None
    embedding: str | None
    label: str | None
    group: str | None


class PublicTask(PublicModel):
    name: str
    title: str


class PublicSpecification(PublicModel):
    """The fields that a kind adds to those that all challenges have. Each kind has a subclass."""

    kind: str

    @classmethod
    def of(cls, specification: Specification) -> Self:
        """The public part of a specification of this kind."""
        own = {name: getattr(specification, name) for name in cls.model_fields}
        return cls.model_validate(own | {"tasks": cls.tasks_of(specification)})

    @classmethod
    def tasks_of(cls, specification: Specification) -> Sequence[Any]:
        """The tasks, each with everything that applies to it."""
        return specification.tasks

    def content(self) -> dict[str, Any]:
        """Plain data for JSON; a field that an object doesn't have is absent."""
        return self.model_dump(mode="json", exclude_unset=True)
