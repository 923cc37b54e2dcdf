"""The same word in other code points: macOS takes accents apart, so names and ids may come composed or decomposed."""

from __future__ import annotations

import unicodedata
from typing import Literal

Spelling = Literal["NFC", "NFD"]
SPELLINGS: tuple[Spelling, ...] = ("NFC", "NFD")

MAX_CHARACTERS = 200
"""No name or id is longer. Normalising takes quadratic time in a run of accents, so longer texts stay as they are."""


def spelled(text: str, form: Spelling = "NFC") -> str:
    """The text composed (NFC) or taken apart (NFD)."""
    if text.isascii() or len(text) > MAX_CHARACTERS:
        return text
    return unicodedata.normalize(form, text)
