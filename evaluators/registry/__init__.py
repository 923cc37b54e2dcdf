"""From a challenge to its scorers and baselines, and the tables of models and metrics."""

from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.scorers import ScorerInfo
from evaluators.learning.entries import RegistryEntry
from evaluators.learning.metrics.base import Direction, Metric
from evaluators.learning.models.base import FixedModel
from evaluators.learning.models.registry import MODELS, default_model
from evaluators.registry.baselines import baselines_for, write_baseline
from evaluators.registry.scorers import UnknownScorer, scorer_of, scorers_for
from evaluators.specification.metrics import METRICS

__all__ = [
    "METRICS",
    "MODELS",
    "BaselineInfo",
    "Direction",
    "FixedModel",
    "Metric",
    "RegistryEntry",
    "ScorerInfo",
    "UnknownScorer",
    "baselines_for",
    "default_model",
    "scorer_of",
    "scorers_for",
    "write_baseline",
]
