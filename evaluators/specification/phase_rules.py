"""The rules of phases: which are valid, by themselves and among others, and what may change once people take part.

These are the only rules. Pages, bundles, the command line and the functions that change phases all use them, so a
mistake is refused with the same words everywhere. Each problem names a field of ``PhaseTerms``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from evaluators.problems.problem import Problem, quoted
from evaluators.specification.clocks import shown, zone_problem
from evaluators.specification.phase_terms import LIMITS, MAX_LIMIT, MAX_NAME, PhaseTerms

NOTICE = timedelta(hours=24)
"""An end that is added to a running phase must be at least this far away, so that everyone can read about it."""

ADD_END = "Add its end."


class NameAndLimits(Protocol):
    """The terms of a phase that need no clock."""

    @property
    def name(self) -> str: ...
    @property
    def daily_limit(self) -> int | None: ...
    @property
    def total_limit(self) -> int | None: ...
    @property
    def max_team_size(self) -> int | None: ...


def name_key(name: str) -> str:
    """Two phases of a challenge may not have the same key: readers could not tell their names apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def term_problems(terms: PhaseTerms) -> Iterator[Problem]:
    """What is wrong with a phase by itself."""
    unknown = zone_problem(terms.time_zone)
    if unknown is not None:
        yield unknown
    else:
        yield from _times(terms)
    yield from name_and_limit_problems(terms)


def name_and_limit_problems(terms: NameAndLimits) -> Iterator[Problem]:
    """What is wrong with the name and the limits of a phase."""
    name = terms.name
    if not name.strip():
        yield Problem("the phase has no name.", "Give it one, like Round 1.", field="name")
    elif len(name) > MAX_NAME:
        yield Problem(f"the name has {len(name)} characters.", f"Use at most {MAX_NAME}.", field="name")
    elif not name.isprintable() or name != name.strip():
        advice = "Use printable characters, and no spaces at the start or end."
        yield Problem(f"{quoted(name)} can't be a phase's name.", advice, field="name")
    for field in LIMITS:
        limit = getattr(terms, field)
        if limit is not None and limit < 1:
            yield Problem(f"{limit} is too small.", "It must be at least 1.", field=field)
        elif limit is not None and limit > MAX_LIMIT:
            yield Problem(f"{limit} is too large.", f"It must be at most {MAX_LIMIT}.", field=field)
    if terms.daily_limit is not None and terms.total_limit is not None and terms.daily_limit > terms.total_limit:
        message = "a team may submit more in a day than in the whole phase."
        yield Problem(message, "Lower this limit, or raise the total limit.", field="daily_limit")


def _times(terms: PhaseTerms) -> Iterator[Problem]:
    starts, ends, zone = terms.starts_at, terms.ends_at, terms.time_zone
    if ends is not None and ends <= starts:
        yield Problem(
            "the phase ends before it starts.", f"Choose a time after {shown(starts, zone)}.", field="ends_at"
        )
    if terms.freezes_at is not None:
        if ends is None:
            yield Problem("the board freezes until the end, and the phase has none.", ADD_END, field="freezes_at")
        elif not starts <= terms.freezes_at <= ends:
            advice = "Choose a time from its start to its end."
            yield Problem("the board freezes outside the phase.", advice, field="freezes_at")
    if terms.review_ends_at is not None:
        if ends is None:
            yield Problem("a review follows the end, and the phase has none.", ADD_END, field="review_ends_at")
        elif terms.review_ends_at <= ends:
            advice = f"Choose a time after {shown(ends, zone)}."
            yield Problem("the review ends before the phase does.", advice, field="review_ends_at")


def relation_problems(terms: PhaseTerms, others: Iterable[PhaseTerms], *, has_final: bool) -> Iterator[Problem]:
    """What is wrong with a phase among the other phases of its challenge.

    ``has_final`` says whether the hidden final split of the test set is scored at the end of this phase.
    """
    others = list(others)
    if any(name_key(other.name) == name_key(terms.name) for other in others):
        advice = "Give each phase its own name; capital letters make no difference."
        yield Problem("another phase has this name.", advice, field="name")
    if has_final and terms.ends_at is None:
        message = "a hidden part of the test set is scored when the phase ends, and it has no end."
        yield Problem(message, ADD_END, field="ends_at")
    if terms.ends_at is None or terms.ends_at > terms.starts_at:
        yield from (_overlap(terms, other) for other in others if _overlaps(terms, other))


def _overlaps(terms: PhaseTerms, other: PhaseTerms) -> bool:
    before_other_ends = other.ends_at is None or terms.starts_at < other.ends_at
    other_before_end = terms.ends_at is None or other.starts_at < terms.ends_at
    return before_other_ends and other_before_end


def _overlap(terms: PhaseTerms, other: PhaseTerms) -> Problem:
    """The same words for both phases: which of them is wrong depends on what the organizer wants."""
    earlier, later = sorted((other, terms), key=lambda item: item.starts_at)
    message = f"the phase {quoted(later.name)} starts while {quoted(earlier.name)} is open, which "
    message += "has no end." if earlier.ends_at is None else f"ends at {shown(earlier.ends_at, earlier.time_zone)}."
    field = "starts_at" if later is terms else "ends_at"
    return Problem(message, "Phases follow one another: let one end before the next starts.", field=field)


def publishing_problems(terms: PhaseTerms, *, moment: datetime) -> Iterator[Problem]:
    """Why a phase can't be shown to people for the first time at ``moment``. It may be open already."""
    if terms.ends_at is not None and terms.ends_at <= moment:
        message = f"the phase {quoted(terms.name)} would be over before anyone could take part."
        yield Problem(message, "Choose a later end, or remove the phase.", field="ends_at")
    elif terms.freezes_at is not None and terms.starts_at < terms.freezes_at <= moment:
        # A freeze at the start is meant: such a phase never shows others' entries before its end.
        message = f"the board of the phase {quoted(terms.name)} would be frozen before anyone has seen it."
        yield Problem(message, "Choose a later freeze, or none.", field="freezes_at")


def new_phase_problems(terms: PhaseTerms, *, moment: datetime) -> Iterator[Problem]:
    """Why a phase comes too late for a challenge that people see at ``moment``. Then it neither freezes nor ends in the
    past, since it starts before."""
    if terms.starts_at < moment:
        yield Problem("the phase would start in the past.", "Choose a later start.", field="starts_at")


def change_problems(terms: PhaseTerms, before: PhaseTerms, *, moment: datetime) -> Iterator[Problem]:
    """Which changes of a published phase come too late at ``moment``: people rely on a phase once it has started."""
    if moment < before.starts_at:
        yield from new_phase_problems(terms, moment=moment)
        return
    if terms.starts_at != before.starts_at:
        advice = f"Leave it at {shown(before.starts_at, terms.time_zone)}."
        yield Problem("the phase has started, so its start can't change.", advice, field="starts_at")
    yield from _end_changes(terms, before, moment)
    yield from _freeze_changes(terms, before, moment)
    yield from _review_changes(terms, before, moment)
    for field in LIMITS:
        old, new = getattr(before, field), getattr(terms, field)
        if new is not None and (old is None or new < old):
            advice = f"Choose {old} or more, or no limit." if old is not None else "Leave it empty."
            yield Problem("teams rely on this limit: it can only be raised now.", advice, field=field)
    if before.open_division and not terms.open_division:
        message = "there may be entries in the open division, so it can't be removed."
        yield Problem(message, "Keep it.", field="open_division")


def _end_changes(terms: PhaseTerms, before: PhaseTerms, moment: datetime) -> Iterator[Problem]:
    old, new, zone = before.ends_at, terms.ends_at, terms.time_zone
    if old is not None and old <= moment:
        if new != old:
            yield Problem("the phase has ended, so its end can't change.", "Add another phase.", field="ends_at")
    elif old is not None and (new is None or new < old):
        message = "teams rely on this end: it can only be moved to a later time."
        yield Problem(message, f"Choose {shown(old, zone)} or later.", field="ends_at")
    elif old is None and new is not None and new < moment + NOTICE:
        message = "the phase had no end, and teams need 24 hours' notice of one."
        yield Problem(message, "Choose an end that is at least a day away.", field="ends_at")


def _freeze_changes(terms: PhaseTerms, before: PhaseTerms, moment: datetime) -> Iterator[Problem]:
    if terms.freezes_at == before.freezes_at:
        return
    if before.freezes_at is not None and before.freezes_at <= moment:
        advice = f"Leave it at {shown(before.freezes_at, terms.time_zone)}."
        yield Problem("the board has frozen already, so its freeze can't change.", advice, field="freezes_at")
    elif terms.freezes_at is not None and terms.freezes_at < moment:
        message = "the board can't freeze in the past, because people have seen it since."
        yield Problem(message, "Choose a later time.", field="freezes_at")


def _review_changes(terms: PhaseTerms, before: PhaseTerms, moment: datetime) -> Iterator[Problem]:
    old, new = before.review_ends_at, terms.review_ends_at
    if new == old or before.ends_at is None or moment < before.ends_at:
        return
    if old is None or old <= moment:
        advice = "Leave it empty." if old is None else f"Leave it at {shown(old, terms.time_zone)}."
        yield Problem("the results are official, so their review can't change.", advice, field="review_ends_at")
    elif new is None or new < old:
        message = "the review has begun: its end can only be moved to a later time."
        yield Problem(message, f"Choose {shown(old, terms.time_zone)} or later.", field="review_ends_at")
