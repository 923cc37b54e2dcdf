"""The organizer's answers in the wizard about a selection challenge."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from evaluators.kinds.selection.specification import MAX_BUDGET
from evaluators.material.answers import Answer, Asked, Option


class SelectionAnswers(Answer):
    """``examples_each`` rows of each class are published in addition to the pool: by default 5 with submitted labels,
    otherwise none.
    """

    labels: Annotated[
        Literal["known", "submitted"],
        Asked(
            options={
                "known": Option("Given", "The pool's labels are public; a submission names rows."),
                "submitted": Option("To be found", "The pool has none; a submission names rows and their labels."),
            }
        ),
    ] = "known"
    budget: Annotated[int | None, Asked(empty="a number that leaves room to be better than chance")] = Field(
        default=None, ge=2, le=MAX_BUDGET
    )
    examples_each: Annotated[int | None, Asked(empty="5 where labels are to be found, else none")] = Field(
        default=None,
        ge=0,
        le=1000,
        title="Labelled examples of each class",
        description="Given beside the pool.",
    )
    every_class: bool = False
