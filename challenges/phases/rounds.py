"""The round that a phase belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from challenges.models import Challenge, Round
from evaluators.problems import Problem, quoted

VERSION = re.compile(r"v\d{1,3}\.\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RoundChoice:
    """``round`` is the version of the round, like v0.5, or empty; ``starts_from`` that of an older one, or empty."""

    round: str = ""
    starts_from: str = ""


def round_problems(challenge: Challenge, choice: RoundChoice) -> Iterator[Problem]:
    """What is wrong with the choice of a round."""
    if choice.round and not VERSION.fullmatch(choice.round):
        yield Problem(f"{quoted(choice.round)} isn't the version of a round.", "Use v0.5 or v1.0.", field="round")
    if choice.starts_from and choice.starts_from == choice.round:
        yield Problem("a round can't start from itself.", "Choose an older round.", field="starts_from")
    elif choice.starts_from and not challenge.rounds.filter(version=choice.starts_from).exists():
        message = f"there is no round {quoted(choice.starts_from)}."
        yield Problem(message, "Choose an older round of this challenge.", field="starts_from")


def chosen_round(challenge: Challenge, choice: RoundChoice) -> Round | None:
    """The chosen round; it is created if it is new. One that exists keeps the round that it starts from."""
    if not choice.round:
        return None
    older = challenge.rounds.filter(version=choice.starts_from).first()
    defaults = {"starts_from": older}
    return Round.objects.get_or_create(challenge=challenge, version=choice.round, defaults=defaults)[0]
