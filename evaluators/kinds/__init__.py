"""The kinds of challenges, a folder for each: specification, reading, scoring, reference scorers, baselines, draft,
readiness. The modules beside the folders are what the kinds have in common.
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
