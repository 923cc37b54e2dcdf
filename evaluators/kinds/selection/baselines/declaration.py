"""The declaration of a selection baseline."""

from __future__ import annotations

from dataclasses import dataclass

from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.selection.specification import SelectionSpecification
from evaluators.specification.challenge import Specification


@dataclass(frozen=True, slots=True)
class SelectionBaseline(BaselineInfo):
    """``needs_examples``: it starts from the challenge's examples."""

    needs_examples: bool = False

    def is_available(self, specification: Specification) -> bool:
        known = SelectionSpecification.expect(specification)
        if all(plan.examples for plan in known.plans.values()):
            return True
        # Without pool labels, baselines take those of the nearest examples.
        return known.labels == "known" and not self.needs_examples
