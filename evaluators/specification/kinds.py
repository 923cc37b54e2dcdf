"""The kinds of challenges: where each is declared. To add one, write its folder in ``kinds`` and add a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaluators.learning.entries import load

if TYPE_CHECKING:
    from evaluators.specification.challenge import Specification

KINDS = {
    "selection": "evaluators.kinds.selection.kind:SELECTION",
    "cleaning": "evaluators.kinds.cleaning.kind:CLEANING",
    "acquisition": "evaluators.kinds.acquisition.kind:ACQUISITION",
}
"""By name, the ``module:attribute`` of the declaration, in the order in which kinds are listed.

It is read whenever it is asked for, so a kind may be added at run time.
"""


def declaration(kind: str) -> Any:
    """The ``Kind`` of this name; ``evaluators.kinds`` has a typed ``kind_named``.

    Raises:
        KeyError: there is no such kind.
    """
    return load(KINDS[kind])


def specification_class(kind: str) -> type[Specification]:
    """The specification class of a kind.

    Raises:
        KeyError: there is no such kind.
    """
    found: type[Specification] = declaration(kind).specification
    return found
