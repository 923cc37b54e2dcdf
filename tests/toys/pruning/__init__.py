"""*Pruning*: name the rows of a training set that a fixed model should not see."""

from evaluators.kinds.pruning.specification import PruningSpecification

__all__ = ["PruningSpecification"]
