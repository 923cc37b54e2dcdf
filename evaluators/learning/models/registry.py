"""The fixed models: to add one, write a module with a subclass of ``FixedModel`` and name the class here."""

from __future__ import annotations

from evaluators.learning.entries import by_name
from evaluators.learning.models.base import FixedModel
from evaluators.learning.models.keyword_vote import KeywordVote
from evaluators.learning.models.linear_adamw import LinearAdamW
from evaluators.learning.models.logistic_regression import LogisticRegression
from evaluators.learning.models.nearest_neighbours import NearestNeighbours

MODELS: dict[str, type[FixedModel]] = by_name([LogisticRegression, KeywordVote, LinearAdamW, NearestNeighbours])
"""By name, in the order in which pages and messages list them."""


def default_model() -> str:
    """The model of a draft whose organizer named none: the first."""
    return next(iter(MODELS))
