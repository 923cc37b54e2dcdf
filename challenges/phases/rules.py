"""Which phases are valid, and what may still change once people take part: pure rules, reported field by field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

NOTICE = timedelta(hours=24)
"""An end that is added to a phase without one must be at least this far away, so that everyone can read of it."""

LIMITS = {"daily_limit": "submissions a day", "total_limit": "submissions in all", "max_team_size": "people in a team"}


class Span(Protocol):
    """The attributes of ``Phase`` that the rules use."""

    pk: int
    name: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class PhaseTerms:
    """The terms of a phase. Times are timezone-aware; a limit of None means unlimited."""

    name: str
    starts_at: datetime
    ends_at: datetime | None = None
    freezes_at: datetime | None = None
    review_ends_at: datetime | None = None
    daily_limit: int | None = None
    total_limit: int | None = None
    max_team_size: int | None = None
    open_division: bool = False


Found = dict[str, str]
"""What is wrong, by field."""


def plan_problems(plan: PhaseTerms, others: Iterable[Span], *, has_final_part: bool) -> Found:
    """What is wrong with a planned phase, by itself or in relation to the other phases of its challenge."""
    found: Found = {}
    if plan.ends_at is not None and plan.ends_at <= plan.starts_at:
        found["ends_at"] = "It ends before it starts. Choose a later end."
    if plan.ends_at is None and has_final_part:
        found["ends_at"] = "A part of the test set is kept for after the end: without an end it is never scored."
    if plan.freezes_at is not None:
        if plan.ends_at is None:
            found["freezes_at"] = "A board that freezes needs an end at which it thaws."
        elif not plan.starts_at <= plan.freezes_at <= plan.ends_at:
            found["freezes_at"] = "The board freezes between start and end."
    if plan.review_ends_at is not None:
        if plan.ends_at is None:
            found["review_ends_at"] = "The review follows the end: set one."
        elif plan.review_ends_at <= plan.ends_at:
            found["review_ends_at"] = "The review ends before the phase does. Choose a later time."
    if plan.daily_limit is not None and plan.total_limit is not None and plan.daily_limit > plan.total_limit:
        found["daily_limit"] = "More a day than in all. Lower it, or raise the other."
    for other in others:
        if other.name.casefold() == plan.name.casefold():
            found["name"] = "Another phase has this name."
        if "ends_at" not in found and _overlap(plan, other):
            field = "starts_at" if other.starts_at <= plan.starts_at else "ends_at"
            found[field] = f"It overlaps “{other.name}”. One phase ends before the next begins."
    return found


def change_problems(plan: PhaseTerms, now_is: PhaseTerms, *, moment: datetime) -> Found:
    """Which changes come too late: people rely on a phase once it has started."""
    if moment < now_is.starts_at:
        return {} if plan.starts_at >= moment else {"starts_at": "It cannot start in the past."}
    found: Found = {}
    if plan.starts_at != now_is.starts_at:
        found["starts_at"] = "It has started: its start stays."
    if now_is.ends_at is not None and now_is.ends_at <= moment:
        if plan.ends_at != now_is.ends_at:
            found["ends_at"] = "It has ended: add another phase."
    elif now_is.ends_at is not None and (plan.ends_at is None or plan.ends_at < now_is.ends_at):
        found["ends_at"] = "People rely on this end: it can only be moved to later."
    elif now_is.ends_at is None and plan.ends_at is not None and plan.ends_at < moment + NOTICE:
        found["ends_at"] = "There was no end until now: leave people at least 24 hours."
    found |= _freeze_problems(plan, now_is, moment) | _review_problems(plan, now_is, moment)
    for name, what in LIMITS.items():
        before, after = getattr(now_is, name), getattr(plan, name)
        if after is not None and (before is None or after < before):
            found[name] = f"The number of {what} can only be raised now."
    if now_is.open_division and not plan.open_division:
        found["open_division"] = "There may be entries in the open division: it stays."
    return found


def _freeze_problems(plan: PhaseTerms, now_is: PhaseTerms, moment: datetime) -> Found:
    if plan.freezes_at == now_is.freezes_at:
        return {}
    if now_is.freezes_at is not None and now_is.freezes_at <= moment:
        return {"freezes_at": "The board has frozen already: this stays."}
    if plan.freezes_at is not None and plan.freezes_at < moment:
        return {"freezes_at": "It cannot freeze in the past: people have seen the board since."}
    return {}


def _review_problems(plan: PhaseTerms, now_is: PhaseTerms, moment: datetime) -> Found:
    before, after = now_is.review_ends_at, plan.review_ends_at
    if after == before or now_is.ends_at is None or moment < now_is.ends_at:
        return {}
    if before is None or before <= moment:
        return {"review_ends_at": "The results are official: nothing of the review changes any more."}
    if after is None or after < before:
        return {"review_ends_at": "The review has begun: its end can only be moved to later."}
    return {}


def told(plan: PhaseTerms, now_is: PhaseTerms) -> list[str]:
    """The changes in sentences, for the announcement to everyone."""
    lines = []
    if plan.name != now_is.name:
        lines.append(f"“{now_is.name}” is now called “{plan.name}”.")
    moments = {
        "starts_at": "starts",
        "ends_at": "ends",
        "freezes_at": "freezes its board",
        "review_ends_at": "is official",
    }
    for name, verb in moments.items():
        before, after = getattr(now_is, name), getattr(plan, name)
        if before != after:
            lines.append(f"“{plan.name}” now {verb}: {_shown(after)} (before: {_shown(before)}).")
    for name, what in LIMITS.items():
        before, after = getattr(now_is, name), getattr(plan, name)
        if before != after:
            lines.append(f"Now {_number(after)} {what} (before: {_number(before)}).")
    if plan.open_division and not now_is.open_division:
        lines.append(f"“{plan.name}” has an open division.")
    return lines


def _overlap(plan: PhaseTerms, other: Span) -> bool:
    before_other_ends = other.ends_at is None or plan.starts_at < other.ends_at
    other_before_end = plan.ends_at is None or other.starts_at < plan.ends_at
    return before_other_ends and other_before_end


def _shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment is not None else "never"


def _number(limit: int | None) -> str:
    return str(limit) if limit is not None else "any number of"
