"""From a challenge to its scorers and baselines, and the table of models."""

from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.scorers import ScorerInfo
from evaluators.learning.entries import RegistryEntry
from evaluators.learning.models.registry import MODELS, model_class
from evaluators.registry.baselines import baselines_for, write_baseline
from evaluators.registry.scorers import UnknownScorer, scorer_of, scorers_for

__all__ = [
    "MODELS",
    "BaselineInfo",
    "RegistryEntry",
    "ScorerInfo",
    "UnknownScorer",
    "baselines_for",
    "model_class",
    "scorer_of",
    "scorers_for",
    "write_baseline",
]
