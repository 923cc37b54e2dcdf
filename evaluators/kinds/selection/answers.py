"""What an organizer answers about a selection in the wizard."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from evaluators.material.answers import Answer


class SelectionAnswers(Answer):
    """``labels``: the pool's are public (``known``), or the submission brings them. None: a default from the data.

    ``examples_each`` rows of each class are given beside the pool: 5 by default with submitted labels, else none.
    """

    labels: Literal["known", "submitted"] = "known"
    budget: int | None = Field(default=None, ge=2, le=100_000)
    every_class: bool = False
    examples_each: int | None = Field(default=None, ge=0, le=1000)
