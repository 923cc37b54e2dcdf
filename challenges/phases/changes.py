"""A new phase, or the changes of one, in sentences for the announcement to everyone."""

from __future__ import annotations

from datetime import datetime

from evaluators.specification import PhaseTerms

MOMENTS = {
    "starts_at": "starts",
    "ends_at": "ends",
    "freezes_at": "freezes its board",
    "review_ends_at": "is official",
}
LIMITS = {"daily_limit": "submissions a day", "total_limit": "submissions in all", "max_team_size": "people in a team"}


def told(terms: PhaseTerms, before: PhaseTerms) -> list[str]:
    """One sentence for each change; empty if participants need not know of any."""
    lines = []
    if terms.name != before.name:
        lines.append(f"“{before.name}” is now called “{terms.name}”.")
    for name, verb in MOMENTS.items():
        old, new = getattr(before, name), getattr(terms, name)
        if old != new:
            lines.append(f"“{terms.name}” now {verb}: {_shown(new)} (before: {_shown(old)}).")
    for name, what in LIMITS.items():
        old, new = getattr(before, name), getattr(terms, name)
        if old != new:
            lines.append(f"Now {_number(new)} {what} (before: {_number(old)}).")
    if terms.open_division and not before.open_division:
        lines.append(f"“{terms.name}” has an open division.")
    return lines


def told_of_new(terms: PhaseTerms) -> list[str]:
    """One sentence for each of the terms of a new phase."""
    moments = {verb: getattr(terms, name) for name, verb in MOMENTS.items()}
    lines = [f"“{terms.name}” {verb}: {_shown(moment)}." for verb, moment in moments.items() if moment is not None]
    limits = {what: getattr(terms, name) for name, what in LIMITS.items()}
    lines += [f"At most {limit} {what}." for what, limit in limits.items() if limit is not None]
    if terms.open_division:
        lines.append(f"“{terms.name}” has an open division.")
    return lines


def _shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment is not None else "never"


def _number(limit: int | None) -> str:
    return str(limit) if limit is not None else "any number of"
