"""The parameters an organizer may set for a fixed model; they are checked without loading any model."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field


class ModelParameters(BaseModel):
    """``uses_seed``: the model may depend on the seed. ``binary``: it takes exactly two classes."""

    uses_seed: ClassVar[bool] = False
    binary: ClassVar[bool] = False

    model_config = ConfigDict(extra="forbid", frozen=True)


class LogisticRegressionParameters(ModelParameters):
    """``C`` is the inverse strength of the L2 penalty; ``balanced`` weights classes by their inverse frequency."""

    C: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    max_iter: int = Field(default=100, ge=1, le=10_000)
    balanced: bool = False


class NearestNeighboursParameters(ModelParameters):
    """The ``k`` nearest neighbours vote."""

    k: int = Field(default=5, ge=1, le=1000)


class KeywordVoteParameters(ModelParameters):
    """No parameters: DataPerf's speech challenge fixed the model."""

    uses_seed: ClassVar[bool] = True


class LinearAdamWParameters(ModelParameters):
    """No parameters: DataPerf's cleaning challenge fixed the model. The seed draws the initial weights."""

    uses_seed: ClassVar[bool] = True
    binary: ClassVar[bool] = True


PARAMETERS: dict[str, type[ModelParameters]] = {
    "logistic-regression": LogisticRegressionParameters,
    "keyword-vote": KeywordVoteParameters,
    "linear-adamw": LinearAdamWParameters,
    "nearest-neighbours": NearestNeighboursParameters,
}
