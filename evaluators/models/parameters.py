"""What an organizer may set on a fixed model, checked when a challenge is read and without loading any model."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LogisticRegressionParameters(_Parameters):
    """``C`` is the inverse strength of the L2 penalty; ``balanced`` weights classes by their inverse frequency."""

    C: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    max_iter: int = Field(default=100, ge=1, le=10_000)
    balanced: bool = False


class NearestNeighboursParameters(_Parameters):
    """``k`` neighbours vote."""

    k: int = Field(default=5, ge=1, le=1000)


PARAMETERS: dict[str, type[_Parameters]] = {
    "logistic-regression": LogisticRegressionParameters,
    "nearest-neighbours": NearestNeighboursParameters,
}
