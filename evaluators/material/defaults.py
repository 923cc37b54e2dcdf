"""Model, metric and seeds where nothing is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from evaluators.learning.models.parameters import PARAMETERS
from evaluators.material.answers import DraftAnswers

SEEDS = (0, 1, 2, 3, 4)
SUBSAMPLE = 0.9
UNEVEN = 3
"""How many times as frequent the most frequent class may be before accuracy would hide the others."""


def metric_of(fixed: str | None, labels: Sequence[str]) -> str:
    """``fixed``, or accuracy where the classes are about as frequent, else macro F1."""
    if fixed is not None:
        return fixed
    counts = Counter(label for label in labels if label).values()
    return "macro_f1" if counts and max(counts) > UNEVEN * min(counts) else "accuracy"


def scoring(answers: DraftAnswers, metric: str, *, binary: bool = False, subsampled: bool = True) -> dict[str, Any]:
    """The fields of challenge.yaml on model, metric and seeds.

    Without ``seeds`` there are five, or one where each would give the same score.
    """
    given = answers.scoring
    subsample = given.subsample if given.subsample is not None else SUBSAMPLE
    same = subsampled and subsample == 1 and not PARAMETERS[given.model].uses_seed
    parameters = dict(given.parameters)
    if binary and given.model == "logistic-regression":
        parameters.setdefault("balanced", True)  # one class against all others is the rarer one
    content: dict[str, Any] = {
        "model": {"name": given.model, **({"parameters": parameters} if parameters else {})},
        "metric": given.metric or metric,
        "seeds": given.seeds or list(SEEDS[: 1 if same else None]),
    }
    return content | ({"subsample": subsample} if subsampled else {})
