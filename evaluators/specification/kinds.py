"""The kinds of challenges and the specification class of each."""

from __future__ import annotations

from functools import cache

from evaluators.learning.entries import load
from evaluators.specification.challenge import Specification

SPECIFICATIONS = {
    "selection": "evaluators.kinds.selection.specification:SelectionSpecification",
    "cleaning": "evaluators.kinds.cleaning.specification:CleaningSpecification",
    "acquisition": "evaluators.kinds.acquisition.specification:AcquisitionSpecification",
}
"""By kind, ``module:attribute``, in the order in which kinds are listed."""

KINDS = tuple(SPECIFICATIONS)


@cache
def specification_class(kind: str) -> type[Specification]:
    """The specification class of a kind.

    Raises:
        KeyError: there is no such kind.
    """
    found: type[Specification] = load(SPECIFICATIONS[kind])
    return found
