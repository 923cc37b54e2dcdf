"""Base models of the documents that leave the evaluators: strict, frozen, without NaN."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Finite = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class Record(BaseModel):
    """Refuses unknown fields and reassignment of fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SeedScores(Record):
    """Every metric of every task under one seed."""

    seed: int
    tasks: dict[Name, dict[Name, Finite]]
