"""*Cleaning*: find the wrong labels of a training set, or correct them."""

from evaluators.kinds.cleaning.specification import ENOUGH, CleaningPlan, CleaningSpecification

__all__ = ["ENOUGH", "CleaningPlan", "CleaningSpecification"]
