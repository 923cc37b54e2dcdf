"""*Selection*: choose the rows of a pool on which a fixed model is trained."""

from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan

__all__ = ["SelectionSpecification", "TaskPlan"]
