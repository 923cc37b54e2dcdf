"""The round that a phase belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from challenges.models import Challenge, Round
from evaluators.problems import Problem, quoted

VERSION = re.compile(r"v\d{1,3}\.\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RoundChoice:
    """``round`` is the version of the round, like v0.5, or empty; ``starts_from`` that of an older one, or empty."""

    round: str = ""
    starts_from: str = ""


def round_problems(challenge: Challenge, choice: RoundChoice, *, current: Round | None = None) -> Iterator[Problem]:
    """What is wrong with the choice of a round for a phase that is in the round ``current``."""
    before = dict(challenge.rounds.values_list("version", "starts_from__version"))
    if choice.round and not VERSION.fullmatch(choice.round):
        yield Problem(f"{quoted(choice.round)} isn't the version of a round.", "Use v0.5 or v1.0.", field="round")
    elif choice.starts_from and not choice.round:
        message = f"the phase is in no round that could start from {quoted(choice.starts_from)}."
        yield Problem(message, "Name its round, like v1.0, or choose no older round.", field="round")
    if choice.starts_from and choice.starts_from == choice.round:
        yield Problem("a round can't start from itself.", "Choose an older round.", field="starts_from")
    elif choice.starts_from and choice.starts_from not in before:
        message = f"there is no round {quoted(choice.starts_from)}."
        yield Problem(message, "Choose an older round of this challenge.", field="starts_from")
    elif choice.round in _all_before(choice.starts_from, before):
        message = f"the round {quoted(choice.starts_from)} itself starts from {quoted(choice.round)}."
        yield Problem(message, "Choose an older round.", field="starts_from")
    elif choice.round in before and (current is None or current.version != choice.round):
        yield from _differs(choice, before[choice.round] or "")


def _differs(choice: RoundChoice, before: str) -> Iterator[Problem]:
    """A round may have other phases. What it starts from is changed at one of them, not by adding a phase to it."""
    if choice.starts_from != before:
        said = f"starts from {quoted(before)}" if before else "starts from no older round"
        advice = f"Choose {before or 'no older round'} here. You can change it at a phase of that round."
        yield Problem(f"the round {quoted(choice.round)} exists and {said}.", advice, field="starts_from")


def _all_before(version: str, before: Mapping[str, str | None]) -> set[str]:
    """The rounds from which this one starts, directly or by way of others."""
    found: set[str] = set()
    older = before.get(version)
    while older is not None and older not in found:
        found.add(older)
        older = before.get(older)
    return found


def chosen_round(challenge: Challenge, choice: RoundChoice) -> Round | None:
    """The chosen round, which has no problems; it is created if it is new, and starts from the chosen older one."""
    if not choice.round:
        return None
    older = challenge.rounds.filter(version=choice.starts_from).first()
    values = {"starts_from": older}
    return Round.objects.update_or_create(challenge=challenge, version=choice.round, defaults=values)[0]
