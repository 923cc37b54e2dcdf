"""Texts in Markdown that would take seconds to show, or become many times as long, are refused when they are saved.

Whatever this lets through, the site's renderer has limits of its own, at which it shows a text as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from evaluators.problems.problem import Problem

MAX_TABLE_CELLS = 5000
"""Of all tables of a text. A row may leave out its cells, so seven kilobytes can be a table with millions of them."""

MAX_QUOTES = 10
"""How deep quotations may be nested: each line is read again for each of them."""

MAX_LINK = 2000
"""Characters of a link's definition: it is written out wherever the link is used."""

_DELIMITERS = re.compile(r"[\s>*+\-\d.)]*[-:|][-:|\s]*")
_QUOTES = re.compile(r"(?:[ \t]*>)+")
_DEFINITION = re.compile(r"[\s>]*\[[^\]]+\]:")


def markdown_problems(text: str) -> list[Problem]:
    """What makes a text costly to show; ``line`` counts within the text."""
    return [*_tables(text), *_quotes(text), *_links(text)]


def table_columns(head: str) -> int:
    """How many columns a table's first line makes; at most one more than it has pipes."""
    return head.strip(" \t>").removeprefix("|").removesuffix("|").count("|") + 1


def _tables(text: str) -> Iterator[Problem]:
    lines = text.splitlines()
    cells = 0
    for number, (head, delimiters) in enumerate(pairwise(lines)):
        if "|" in head and _DELIMITERS.fullmatch(delimiters):
            cells += table_columns(head) * _rows(lines, number, cells)
            if cells > MAX_TABLE_CELLS:
                what = f"line {number + 1}: the tables have more than {MAX_TABLE_CELLS:,} cells."
                yield Problem(what, "Shorten this table, or end it with an empty line.")
                return


def _rows(lines: list[str], first: int, cells: int) -> int:
    """How many lines the table has, or more than there may still be."""
    most = MAX_TABLE_CELLS + 1 - cells
    for count, line in enumerate(lines[first : first + most]):
        if not line.strip(" \t>"):
            return count
    return min(most, len(lines) - first)


def _quotes(text: str) -> Iterator[Problem]:
    for number, line in enumerate(text.splitlines(), 1):
        found = _QUOTES.match(line)
        if found is not None and found[0].count(">") > MAX_QUOTES:
            yield Problem(
                f"line {number}: a quotation is nested {found[0].count('>')} deep.", f"Nest at most {MAX_QUOTES}."
            )
            return


def _links(text: str) -> Iterator[Problem]:
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_LINK and _DEFINITION.match(line):
            yield Problem(
                f"line {number}: the definition of a link has {len(line):,} characters.", f"Use at most {MAX_LINK:,}."
            )
            return
