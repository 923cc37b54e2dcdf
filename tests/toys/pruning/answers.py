"""The organizer's answers in the wizard about a pruning challenge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from evaluators.material.answers import Answer, Asked


class PruningAnswers(Answer):
    budget: Annotated[int | None, Asked(empty="a tenth of the rows")] = Field(default=None, ge=1, le=1000)
