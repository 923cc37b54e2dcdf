"""Which names look alike: the skeletons of UTS #39 (Unicode security mechanisms, section 4), and a little more.

Two names may not be told apart on a board if they share one of their ``name_keys``. A key is a skeleton: the name with
each character replaced by the one that stands for all that look like it, so that ``Расе`` in Cyrillic letters and
``Pace`` have the same. Capitals make no difference either.

Letters in another style, full-width ones say, become plain ones first (NFKD), which the table takes for granted. It is
Unicode's ``confusables.txt``, as the package confusable-homoglyphs has it. Unicode leaves out what readers overlook
rather than confuse. Here these are alike, too:

- marks below or through a letter, and dots above: ``bi̇gcorp``, ``bigcọrp``;
- which mark is above a letter, though not whether there is one: ``René`` and ``Renè``, but not ``Rene``;
- what separates words, and punctuation at the ends: ``big-corp``, ``big_corp`` and ``Big Corp.``;
- small capitals, and ``vv`` for ``w``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from confusable_homoglyphs.confusables import confusables_data

MAX_KEY_CHARACTERS = 1000
"""Of a name of 100 characters: normal forms and look-alike sequences make it longer."""

_DIRECTION_MARK = "\u200e"
"""The package puts it around letters that are written from right to left."""

_SEPARATORS = re.compile(r"[\s\-_.,:;'`\u00b7\u30fb\u30fc]+")
"""The skeleton of all dashes is a dash, which the table may replace by a long vowel sign."""

_MARKS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
"""Blocks of marks for letters of any script. Vowels and tones of one script are letters to its readers."""

_ABOVE = frozenset({230, 232, 234})
"""Canonical combining classes of marks above a letter."""

_ANY_MARK, _DOT = "\u0301", "\u0307"


def name_keys(name: str) -> frozenset[str]:
    """The keys of a name; it can be taken for any other name that has one of them.

    Small letters and capitals have look-alikes of their own, so there are keys of the name as it is written, in small
    letters and in capitals. ``I`` looks like ``l``, and ``i`` doesn't; ``ТОМ`` looks like ``TOM``, and ``т`` not like
    ``t``. One more key is that of the standard, which keeps styles: the long ``ſ`` means an s and looks like an f.
    """
    written = _skeleton(unicodedata.normalize("NFD", name))
    keys = (written, _skeleton(_plain(name)), _small(name), _capital(name))
    return frozenset(key[:MAX_KEY_CHARACTERS] for key in keys)


def look_alike(one: str, other: str) -> bool:
    return not name_keys(one).isdisjoint(name_keys(other))


def _plain(text: str) -> str:
    """Without styles of letters: full-width, mathematical, ligatures, small capitals."""
    return unicodedata.normalize("NFKD", text).translate(_styles())


def _small(name: str) -> str:
    # Twice, since a plain letter may be a capital.
    return _skeleton(_plain(_plain(name.casefold()).casefold()))


def _capital(name: str) -> str:
    """The key of the name in capitals. What looks like ``I`` stays an ``I``: in capitals it isn't an ``l``."""
    return _skeleton(_plain(_plain(_plain(name.casefold()).casefold()).upper()), {"l": "i", "I": "i"})


def _skeleton(plain: str, also: Mapping[str, str] | None = None) -> str:
    table, last = _prototypes(), also or {}
    replaced = "".join(last.get(found, found) for char in plain for found in [table.get(char, char)])
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", replaced).casefold())
    return _SEPARATORS.sub(" ", _few_marks(folded)).strip().replace("vv", "w")


def _few_marks(text: str) -> str:
    kept: list[str] = []
    for char in text:
        if not any(first <= ord(char) <= last for first, last in _MARKS):
            kept.append(char)
        elif unicodedata.combining(char) in _ABOVE and char != _DOT and kept[-1:] != [_ANY_MARK]:
            kept.append(_ANY_MARK)
    return "".join(kept)


@cache
def _styles() -> dict[int, str]:
    """Small capitals, which Unicode doesn't decompose, and the one letter without its dot that isn't in the table."""
    table = {0x0237: "j"}
    for code in (*range(0x0250, 0x02B0), *range(0x1D00, 0x1D80), *range(0xA720, 0xA800)):
        name = unicodedata.name(chr(code), "")
        start, _, letter = name.rpartition(" ")
        if start == "LATIN LETTER SMALL CAPITAL" and len(letter) == 1:
            table[code] = letter.lower()
    return table


@cache
def _prototypes() -> dict[str, str]:
    """Character → what stands for all that look like it.

    The package lists for each character those that it looks like, and for what stands for several all of these. A
    character with a single look-alike is therefore replaced by it, except in a pair, of which the longer or the lower
    one stands for both.
    """
    alike = {
        char.strip(_DIRECTION_MARK): [item["c"].strip(_DIRECTION_MARK) for item in found]
        for char, found in confusables_data.items()
    }
    table = {}
    for char, others in alike.items():
        if len(char) == 1 and len(others) == 1:
            (other,) = others
            if alike.get(other) != [char] or (-len(other), other) < (-len(char), char):
                table[char] = other
    return table
