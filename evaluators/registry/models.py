"""The fixed models."""

from __future__ import annotations

from typing import Any

from evaluators.registry.entries import Entry, by_name

MODELS = by_name(
    [
        Entry(
            "logistic-regression",
            "Logistic regression",
            "evaluators.models.logistic_regression:LogisticRegression",
        ),
        Entry("keyword-vote", "Support vectors and logistic regression", "evaluators.models.keyword_vote:KeywordVote"),
        Entry("linear-adamw", "Two linear layers (AdamW)", "evaluators.models.linear_adamw:LinearAdamW"),
        Entry(
            "nearest-neighbours",
            "Nearest neighbours",
            "evaluators.models.nearest_neighbours:NearestNeighbours",
        ),
    ]
)


def model_class(name: str) -> Any:
    """The class of a fixed model, see ``models.base.FixedModel``."""
    return MODELS[name].load()
