"""The organizer's answers in the wizard about a cleaning challenge."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from evaluators.kinds.cleaning.specification import MAX_TRAIN_ROWS
from evaluators.material.answers import Answer, Asked, Option, RowCount, Seed
from evaluators.problems.problem import quoted


class CleaningAnswers(Answer):
    """Wrong labels are ``given`` (columns of labels and of true labels) or ``planted``; None: decided by the columns.

    When planted, the fraction ``rate`` of each class gets a wrong label. ``uniform`` picks any other class, ``similar``
    the class with the nearest mean embedding, and ``confusion`` uses the mapping ``confusion``: class → the class it is
    mistaken for → fraction of its rows (``rate`` is then unused).
    """

    action: Annotated[
        Literal["rank", "relabel"],
        Asked(
            options={
                "relabel": Option("Relabel", "Give a few rows another label, or drop them; the model trains on that."),
                "rank": Option(
                    "Rank", "Name all rows, most suspicious first; what counts is how soon the model is good."
                ),
            }
        ),
    ] = "relabel"
    budget: Annotated[int | None, Asked(empty="as many as fits the wrong ones")] = Field(
        default=None, ge=1, le=MAX_TRAIN_ROWS
    )
    noise: Annotated[
        Literal["given", "planted"] | None,
        Asked(
            options={
                None: Option("As the columns say", "Given if a column has the true labels, else planted."),
                "given": Option("Given", "The labels are wrong in places and a column has the true ones."),
                "planted": Option("Planted", "The labels are right; the site makes some of them wrong."),
            }
        ),
    ] = Field(default=None, title="Wrong labels")
    rate: Annotated[float, Asked(percent=True)] = Field(default=0.2, gt=0, lt=1, title="Planted: wrong labels, %")
    pattern: Annotated[
        Literal["uniform", "similar", "confusion"],
        Asked(options={"uniform": Option("any other class"), "similar": Option("the most similar class")}),
    ] = Field(default="uniform", title="Planted: mistaken for")
    confusion: dict[str, dict[str, float]] = Field(default={}, max_length=1000)
    noise_seed: Seed = Field(default=2026, title="Planted: seed")
    train_rows: Annotated[int | None, Asked(empty="all there are")] = Field(
        default=None, ge=2, le=MAX_TRAIN_ROWS, title="Rows to be cleaned", description=f"At most {MAX_TRAIN_ROWS:,}."
    )
    validation_rows: RowCount = Field(
        default=0, title="Rows labelled right", description="Given to participants beside them. 0: none."
    )
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
