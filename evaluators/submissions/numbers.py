"""Numbers of a submission that compare as numbers, however they are written."""

from __future__ import annotations

import math
import re

MAX_CHARACTERS = 40
"""No label or count needs more; longer texts are not parsed."""

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def as_number(text: str) -> str | None:
    """The shortest form of a number: ``1`` for ``1.0`` and ``1e0``; None if ``text`` is not a finite number."""
    if len(text) > MAX_CHARACTERS or _NUMBER.fullmatch(text) is None:
        return None
    if text.lstrip("+-").isdecimal():
        return str(int(text))  # a float would round what has more than 15 digits
    value = float(text)
    if not math.isfinite(value):
        return None
    return str(int(value)) if value.is_integer() else repr(value)
