"""The declared kinds, by name and by specification."""

from __future__ import annotations

from evaluators.kinds.declaration import Kind
from evaluators.learning.entries import load
from evaluators.specification.challenge import Specification
from evaluators.specification.kinds import KINDS


def every_kind() -> list[Kind]:
    """All kinds, in the order in which they are listed."""
    return [kind_named(name) for name in KINDS]


def kind_named(name: str) -> Kind:
    """The declaration of a kind.

    Raises:
        KeyError: there is no such kind.
    """
    kind: Kind = load(KINDS[name])
    return kind


def kind_of(specification: Specification) -> Kind:
    """The declaration of a challenge's kind."""
    return kind_named(specification.kind)
