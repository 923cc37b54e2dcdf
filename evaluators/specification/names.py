"""Rules for names that other users read: one visible form, one script, no invisible characters.

The board shows names next to each other. A name that looks like another one, or that reorders or hides text, is refused
with the reason; see the "highly restrictive" profile of UTS #39 (Unicode security mechanisms), implemented here.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby

from evaluators.problems.problem import Problem, quoted

MAX_MARKS = 2
"""The most accents on one letter; more of them would cover the neighbouring lines."""

# Writing systems that really use several scripts, each combined with Latin.
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters, marks and symbols that are invisible, whatever their category. All but the last line have the property
# Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties.txt (same from 14.0 to 16.0), which Python lacks.
_HIDDEN_RANGES = (
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
    # Blank symbols: an empty braille cell, a note without a head, two blank hieroglyphs.
    *((0x2800, 0x2800), (0x1D159, 0x1D159), (0x13441, 0x13442)),
)


def normalised(text: str) -> str:
    """The form in which a name is stored: NFC, single spaces, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def name_problem(text: str, *, max_characters: int) -> Problem | None:
    """What is wrong with a name or a title; None if nothing is. The message is to follow what it is about."""
    # Refuse a huge name before processing it; NFC never shortens a text by this factor.
    if len(text) > 20 * max_characters:
        return _too_long(max_characters)
    hidden = next((char for char in text if _is_hidden(char)), None)
    if hidden is not None:
        return Problem(
            f"holds the character U+{ord(hidden):04X}, which is not seen or changes the order of the text.",
            "Type the name again instead of pasting it.",
        )
    name = normalised(text)
    if len(name) > max_characters:
        return _too_long(max_characters)
    if any(is_mark and len(list(run)) > MAX_MARKS for is_mark, run in groupby(name, _is_mark)):
        return Problem("stacks accents on one letter.", "Leave them out.")
    if not any(char.isalnum() for char in name):
        return Problem(f"{quoted(name)} has no letter and no digit.", "Give it at least one.")
    return _mixed_scripts(name)


def _too_long(max_characters: int) -> Problem:
    return Problem(f"is longer than {max_characters} characters.", "Shorten it.")


def _mixed_scripts(name: str) -> Problem | None:
    scripts = {script for char in name if (script := script_of(char))}
    if len(scripts) < 2 or any(scripts <= together for together in _TOGETHER):
        return None
    found = " and ".join(sorted(script.capitalize() for script in scripts))
    return Problem(
        f"{quoted(name)} mixes letters of {found}, some of which look alike.", "Use the letters of one script."
    )


def script_of(char: str) -> str:
    """The first word of a letter's Unicode name, such as LATIN or CYRILLIC; empty if ``char`` isn't a letter.

    Python has no table of scripts, but the names contain them. Letters in another style (fullwidth, mathematical) have
    names with another first word, so they cannot be mixed with plain letters either.
    """
    if not char.isalpha() or char in "ªº":
        return ""
    if char == "\u00b5":
        # The micro sign of "5 µm" may appear among Latin letters; among Greek ones it would look like the letter mu.
        return "LATIN"
    first = unicodedata.name(char, "UNKNOWN").split()[0].partition("-")[0]
    # The long vowel sign and the iteration marks belong to both Japanese syllabaries.
    return "" if char in "ー々〆" else first


def _is_hidden(char: str) -> bool:
    code = ord(char)
    return unicodedata.category(char) in _HIDDEN_CATEGORIES or any(
        first <= code <= last for first, last in _HIDDEN_RANGES
    )


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me")
