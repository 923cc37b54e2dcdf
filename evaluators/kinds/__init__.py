"""The kinds of challenges, one package per kind; its ``kind.py`` declares everything that others ask of it.

The modules next to the packages hold what the kinds share.
"""

from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.declaration import Drafting, DraftTable, Kind
from evaluators.kinds.public import PublicModel, PublicSpecification
from evaluators.kinds.registry import every_kind, kind_named, kind_of
from evaluators.kinds.scorers import ScorerInfo

__all__ = [
    "BaselineInfo",
    "DraftTable",
    "Drafting",
    "Kind",
    "PublicModel",
    "PublicSpecification",
    "ScorerInfo",
    "every_kind",
    "kind_named",
    "kind_of",
]
