"""Suggest the valid name that is most similar to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MAX_NAMED = 20
"""How many valid names are listed if none is similar."""


def closest_name(word: str, names: Iterable[str]) -> str | None:
    """The name most similar to ``word``, ignoring case; None if none is similar."""
    by_plain = {name.lower(): name for name in names}
    # In a short word, one different character is a large part of it.
    cutoff = 0.5 if len(word) <= 3 else 0.6 if len(word) <= 5 else 0.72
    found = get_close_matches(word.lower()[:100], by_plain, n=1, cutoff=cutoff)
    return by_plain[found[0]] if found else None


def suggestion(word: str, names: Iterable[str]) -> str:
    """A sentence that says what would be right: the closest name, otherwise all names."""
    known = list(names)
    found = closest_name(word, known)
    if found is not None:
        return f"Did you mean '{found}'?"
    if len(known) == 1:
        return f"There is only {known[0]}."
    more = f" and {len(known) - MAX_NAMED} more" if len(known) > MAX_NAMED else ""
    return f"There are {', '.join(known[:MAX_NAMED])}{more}."
