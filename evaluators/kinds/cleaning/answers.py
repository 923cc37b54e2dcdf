"""What an organizer answers about a cleaning in the wizard."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from evaluators.kinds.cleaning.specification import MAX_TRAIN_ROWS
from evaluators.material.answers import Answer, RowCount, Seed
from evaluators.problems.problem import quoted


class CleaningAnswers(Answer):
    """Wrong labels are ``given`` (one column of labels, one of true labels) or ``planted``; None: as the columns say.

    Planted ones: the part ``rate`` of each class is wrong. ``uniform`` takes any other class, ``similar`` the class
    whose mean embedding is nearest, ``confusion`` what ``confusion`` says: class → class it is taken for → part of its
    rows (``rate`` is not used then). ``train_rows`` is at most 10,000; ``validation_rows`` are public, labelled right.
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
