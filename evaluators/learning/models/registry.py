"""The fixed models."""

from __future__ import annotations

from typing import Any

from evaluators.learning.entries import RegistryEntry, by_name

MODELS = by_name(
    [
        RegistryEntry(
            "logistic-regression",
            "Logistic regression",
            "evaluators.learning.models.logistic_regression:LogisticRegression",
        ),
        RegistryEntry(
            "keyword-vote",
            "Support vectors and logistic regression",
            "evaluators.learning.models.keyword_vote:KeywordVote",
        ),
        RegistryEntry(
            "linear-adamw", "Two linear layers (AdamW)", "evaluators.learning.models.linear_adamw:LinearAdamW"
        ),
        RegistryEntry(
            "nearest-neighbours",
            "Nearest neighbours",
            "evaluators.learning.models.nearest_neighbours:NearestNeighbours",
        ),
    ]
)


def model_class(name: str) -> Any:
    """The class of the fixed model ``name``, see ``models.base.FixedModel``."""
    return MODELS[name].load()
