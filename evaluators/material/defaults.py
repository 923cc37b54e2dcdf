"""Default model, metric and seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from evaluators.learning.models.registry import MODELS
from evaluators.material.answers import DraftAnswers

SEEDS = (0, 1, 2, 3, 4)
SUBSAMPLE = 0.9
UNEVEN = 3
"""The ratio of the largest to the smallest class above which accuracy would hide the smaller classes."""


def metric_of(fixed: str | None, labels: Sequence[str]) -> str:
    """``fixed`` if given, otherwise accuracy for roughly balanced classes and macro F1 for others."""
    if fixed is not None:
        return fixed
    counts = Counter(label for label in labels if label).values()
    return "macro_f1" if counts and max(counts) > UNEVEN * min(counts) else "accuracy"


def scoring(answers: DraftAnswers, metric: str, *, binary: bool = False, subsampled: bool = True) -> dict[str, Any]:
    """The fields of challenge.yaml for model, metric and seeds.

    By default there are five seeds, or one if all seeds would give the same score.
    """
    given = answers.scoring
    model = MODELS[given.model]
    subsample = given.subsample if given.subsample is not None else SUBSAMPLE
    same = subsampled and subsample == 1 and not model.uses_seed
    parameters = dict(given.parameters)
    for name, value in (model.one_against_all if binary else {}).items():
        parameters.setdefault(name, value)
    content: dict[str, Any] = {
        "model": {"name": given.model, **({"parameters": parameters} if parameters else {})},
        "metric": given.metric or metric,
        "seeds": given.seeds or list(SEEDS[: 1 if same else None]),
    }
    return content | ({"subsample": subsample} if subsampled else {})
