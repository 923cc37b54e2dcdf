"""The organizer's answers in the wizard about a selection challenge."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from evaluators.material.answers import Answer


class SelectionAnswers(Answer):
    """``labels``: the pool's labels are public (``known``), or submissions provide them. None: chosen from the data.

    ``examples_each`` rows of each class are published in addition to the pool: by default 5 with submitted labels,
    otherwise none.
    """

    labels: Literal["known", "submitted"] = "known"
    budget: int | None = Field(default=None, ge=2, le=100_000)
    every_class: bool = False
    examples_each: int | None = Field(default=None, ge=0, le=1000)
