"""What an organizer may set on a fixed model, checked when a challenge is read and without loading any model."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field


class ModelParameters(BaseModel):
    """``uses_seed``: two seeds can give two models on the same rows. ``binary``: for two classes, no more."""

    uses_seed: ClassVar[bool] = False
    binary: ClassVar[bool] = False

    model_config = ConfigDict(extra="forbid", frozen=True)


class LogisticRegressionParameters(ModelParameters):
    """``C`` is the inverse strength of the L2 penalty; ``balanced`` weights classes by their inverse frequency."""

    C: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    max_iter: int = Field(default=100, ge=1, le=10_000)
    balanced: bool = False


class NearestNeighboursParameters(ModelParameters):
    """``k`` neighbours vote."""

    k: int = Field(default=5, ge=1, le=1000)


class KeywordVoteParameters(ModelParameters):
    """Nothing can be set: the model is what DataPerf's speech challenge fixed."""

    uses_seed: ClassVar[bool] = True


class LinearAdamWParameters(ModelParameters):
    """Nothing can be set: the model is what DataPerf's cleaning challenge fixed. The seed draws its first weights."""

    uses_seed: ClassVar[bool] = True
    binary: ClassVar[bool] = True


PARAMETERS: dict[str, type[ModelParameters]] = {
    "logistic-regression": LogisticRegressionParameters,
    "keyword-vote": KeywordVoteParameters,
    "linear-adamw": LinearAdamWParameters,
    "nearest-neighbours": NearestNeighboursParameters,
}
