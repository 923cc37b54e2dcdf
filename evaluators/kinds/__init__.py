"""The kinds of challenges, one package per kind: specification, reading, scoring, reference scorers, baselines, draft
and readiness. The modules next to the packages hold what the kinds share.
"""

from evaluators.kinds.acquisition.specification import AcquisitionSpecification, Market
from evaluators.kinds.cleaning.specification import CleaningPlan, CleaningSpecification
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan

__all__ = [
    "AcquisitionSpecification",
    "CleaningPlan",
    "CleaningSpecification",
    "Market",
    "SelectionSpecification",
    "TaskPlan",
]
