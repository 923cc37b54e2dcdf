"""*Cleaning*: find the wrong labels of a training set, or correct them."""

from evaluators.kinds.cleaning.specification import CleaningPlan, CleaningSpecification

__all__ = ["CleaningPlan", "CleaningSpecification"]
