"""Which names look alike: the skeletons of UTS #39 (Unicode security mechanisms, section 4).

Two names may not be told apart on a board if they share one of their ``name_keys``. A key is a skeleton: the name with
each character replaced by the one that stands for all that look like it, so that ``Расе`` in Cyrillic letters and
``Pace`` have the same. Capitals make no difference either.

Letters in another style, full-width ones say, become plain ones first (NFKD), which the table takes for granted. It is
Unicode's ``confusables.txt``, as the package confusable-homoglyphs has it.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from confusable_homoglyphs.confusables import confusables_data

MAX_KEY_CHARACTERS = 1000
"""Of a name of 100 characters: normal forms and look-alike sequences make it longer."""

_DIRECTION_MARK = "\u200e"
"""The package puts it around letters that are written from right to left."""


def name_keys(name: str) -> frozenset[str]:
    """The keys of a name; it can be taken for any other name that has one of them.

    There are two, since capitals have look-alikes of their own: ``I`` looks like ``l``, and ``i`` doesn't.
    """
    return frozenset(key[:MAX_KEY_CHARACTERS] for key in (_skeleton(name), _skeleton(name.casefold())))


def look_alike(one: str, other: str) -> bool:
    return not name_keys(one).isdisjoint(name_keys(other))


def _skeleton(text: str) -> str:
    table = _prototypes()
    replaced = "".join(table.get(char, char) for char in unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKD", replaced).casefold()


@cache
def _prototypes() -> dict[str, str]:
    """Character → what stands for all that look like it.

    The package lists for each character those that it looks like, and for what stands for several all of these. A
    character with a single look-alike is therefore replaced by it, except in a pair, of which the longer or the lower
    one stands for both.
    """
    alike = {char: [item["c"].strip(_DIRECTION_MARK) for item in found] for char, found in confusables_data.items()}
    table = {}
    for char, others in alike.items():
        if len(char) == 1 and len(others) == 1:
            (other,) = others
            if alike.get(other) != [char] or (-len(other), other) < (-len(char), char):
                table[char] = other
    return table
