"""Rules for names that other users read: one visible form, one script, no invisible characters.

The board shows names next to each other. A name that looks like another one, or that reorders or hides text, is refused
with the reason; see the "highly restrictive" profile of UTS #39 (Unicode security mechanisms), implemented here.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

from django.core.validators import RegexValidator

from evaluators.problems import Problem, SubmissionError, quoted

MAX_NAME_CHARACTERS = 80
MAX_MARKS = 2
"""The most accents on one letter; more of them would cover the neighbouring lines."""

USERNAME_VALIDATORS = [
    RegexValidator(
        r"^[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?\Z",
        "A username has 1 to 40 small letters (a to z), digits, '.', '_' and '-', and starts and ends with a letter "
        "or digit.",
        flags=re.IGNORECASE,
    )
]

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


def normalise_name(text: str) -> str:
    """The name in the form in which it is stored: NFC, single spaces, none at the ends.

    Raises:
        SubmissionError: it is empty, too long, mixes scripts or contains invisible characters.
    """
    # Refuse a huge name before processing it; NFC never shortens a text by this factor.
    if len(text) > 20 * MAX_NAME_CHARACTERS:
        raise _refused(f"is longer than {MAX_NAME_CHARACTERS} characters.", "Shorten it.")
    hidden = next((char for char in text if _is_hidden(char)), None)
    if hidden is not None:
        raise _refused(
            f"holds the character U+{ord(hidden):04X}, which is not seen or changes the order of the text.",
            "Type the name again instead of pasting it.",
        )
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise _refused("is empty.", "Give the submission a name, like 'k-center, 100 rows'.")
    if len(name) > MAX_NAME_CHARACTERS:
        raise _refused(f"is longer than {MAX_NAME_CHARACTERS} characters.", "Shorten it.")
    if any(is_mark and len(list(run)) > MAX_MARKS for is_mark, run in groupby(name, _is_mark)):
        raise _refused("stacks accents on one letter.", "Leave them out.")
    if not any(char.isalnum() for char in name):
        raise _refused(f"{quoted(name)} has no letter and no digit.", "Give it at least one.")
    _one_script(name)
    return name


def _one_script(name: str) -> None:
    scripts = {script for char in name if (script := script_of(char))}
    if len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER):
        found = " and ".join(sorted(script.capitalize() for script in scripts))
        raise _refused(
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


def _refused(message: str, remedy: str) -> SubmissionError:
    return SubmissionError(Problem(f"the name {message}", remedy, field="name"))
