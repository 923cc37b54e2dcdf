"""The organizer's answers in the wizard about a cleaning challenge."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from evaluators.kinds.cleaning.specification import MAX_TRAIN_ROWS
from evaluators.material.answers import Answer, RowCount, Seed
from evaluators.problems.problem import quoted


class CleaningAnswers(Answer):
    """Wrong labels are ``given`` (columns of labels and of true labels) or ``planted``; None: decided by the columns.

    When planted, the fraction ``rate`` of each class gets a wrong label. ``uniform`` picks any other class, ``similar``
    the class with the nearest mean embedding, and ``confusion`` uses the mapping ``confusion``: class → the class it is
    mistaken for → fraction of its rows (``rate`` is then unused). ``train_rows`` is at most 10,000; ``validation_rows``
    are public, with correct labels.
    """

    action: Literal["rank", "relabel"] = "relabel"
    budget: int | None = Field(default=None, ge=1, le=MAX_TRAIN_ROWS)
    train_rows: int | None = Field(default=None, ge=2, le=MAX_TRAIN_ROWS)
    validation_rows: RowCount = 0
    noise: Literal["given", "planted"] | None = None
    rate: float = Field(default=0.2, gt=0, lt=1)
    pattern: Literal["uniform", "similar", "confusion"] = "uniform"
    confusion: dict[str, dict[str, float]] = Field(default={}, max_length=1000)
    noise_seed: Seed = 2026
    reveal: Literal["counts", "fixes"] = "counts"

    @model_validator(mode="after")
    def _confusion_is_one(self) -> Self:
        if self.pattern == "confusion" and not self.confusion:
            raise ValueError("confusion: say which class is taken for which, and how often")
        for name, others in self.confusion.items():
            if name in others or not all(0 <= part <= 1 for part in others.values()) or sum(others.values()) > 1:
                raise ValueError(
                    f"confusion: {quoted(name)} is taken for other classes, by parts of together at most 1"
                )
        return self
