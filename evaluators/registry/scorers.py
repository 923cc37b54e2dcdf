"""The scorers of a challenge: that of its kind, and those of the public evaluator that it refers to."""

from __future__ import annotations

from evaluators.kinds.registry import kind_of
from evaluators.kinds.scorers import ScorerInfo
from evaluators.specification.challenge import Specification


class UnknownScorer(ValueError):
    """The challenge has no scorer of this name."""


def scorers_for(specification: Specification) -> dict[str, ScorerInfo]:
    """The scorers available for this challenge, by name."""
    return kind_of(specification).scorers_for(specification)


def scorer_of(specification: Specification, name: str | None = None) -> ScorerInfo:
    """A challenge's scorer: the one used for its leaderboard by default, or the one called ``name``.

    Raises:
        UnknownScorer: it has no scorer of this name.
    """
    available = scorers_for(specification)
    wanted = name or specification.scorer
    if wanted not in available:
        raise UnknownScorer(f"this challenge has no scorer '{wanted}'; it has {', '.join(available)}")
    return available[wanted]
