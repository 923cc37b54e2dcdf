"""Maps names to code: models, metrics, scorers, baselines, importers.

Entries of scorers, baselines and importers name their module, which is only imported on use: a page that lists
baselines must not load scikit-learn.
"""

from evaluators.learning.entries import RegistryEntry
from evaluators.learning.metrics.base import Direction, Metric
from evaluators.learning.metrics.registry import METRICS
from evaluators.learning.models.base import FixedModel
from evaluators.learning.models.registry import MODELS
from evaluators.registry.baselines import BASELINES, BaselineInfo, baselines_for, write_baseline
from evaluators.registry.importers import IMPORTERS
from evaluators.registry.scorers import SCORERS, ScorerInfo, UnknownScorer, scorer_of, scorers_for

__all__ = [
    "BASELINES",
    "IMPORTERS",
    "METRICS",
    "MODELS",
    "SCORERS",
    "BaselineInfo",
    "Direction",
    "FixedModel",
    "Metric",
    "RegistryEntry",
    "ScorerInfo",
    "UnknownScorer",
    "baselines_for",
    "scorer_of",
    "scorers_for",
    "write_baseline",
]
