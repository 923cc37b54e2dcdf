"""How challenges of each kind are shown: one module and one folder of templates for each."""

from __future__ import annotations

from evaluators.kinds import AcquisitionSpecification, CleaningSpecification, SelectionSpecification
from evaluators.specification import Specification
from frontend.kinds.acquisition import AcquisitionPages
from frontend.kinds.base import KindPages
from frontend.kinds.cleaning import CleaningPages
from frontend.kinds.selection import SelectionPages


def pages_of(specification: Specification) -> KindPages:
    """How a challenge of this kind is shown."""
    if isinstance(specification, CleaningSpecification):
        return CleaningPages(specification)
    if isinstance(specification, AcquisitionSpecification):
        return AcquisitionPages(specification)
    if isinstance(specification, SelectionSpecification):
        return SelectionPages(specification)
    raise TypeError(f"there are no pages for the kind {specification.kind}")
