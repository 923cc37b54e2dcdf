"""Maps names to code: scorers, models, baselines, importers. To add one, write a module and add one line here.

Entries name their module, which is only imported on use: a page that lists baselines must not load scikit-learn.
"""

from evaluators.learning.entries import RegistryEntry
from evaluators.learning.models.registry import MODELS, model_class
from evaluators.registry.baselines import BASELINES, BaselineInfo, baselines_for, write_baseline
from evaluators.registry.importers import IMPORTERS
from evaluators.registry.scorers import SCORERS, ScorerInfo, UnknownScorer, scorer_of, scorers_for

__all__ = [
    "BASELINES",
    "IMPORTERS",
    "MODELS",
    "SCORERS",
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
