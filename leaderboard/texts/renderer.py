"""Markdown as HTML. HTML in the text is shown as text, and only harmless URLs become links.

markdown-it-py takes time in proportion to a text's length, with three exceptions, which are bounded here: the cells
that a table's rows leave out, the depth of quotations and lists, and links, whose definitions are written out at each
use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.token import Token

from evaluators.problems import MAX_TABLE_CELLS, table_columns

MAX_LENGTH = 50_000
MAX_LEVEL = 16
"""Each quotation is a level, each list two."""

MAX_ATTRIBUTES = 500_000
"""Characters of all links together, as written out."""

Rule = Callable[[StateBlock, int, int, bool], bool]


class TooCostly(Exception):
    """The text would take long to show, or become very long."""


def html_of(text: str) -> str:
    """The text as HTML; one that is too costly is shown as it was written."""
    try:
        return _render(text)
    except (TooCostly, RecursionError):
        return f"<pre>{escape(text)}</pre>\n"


def _render(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise TooCostly
    environment: dict[str, Any] = {}
    tokens = _PARSER.parse(text, environment)
    if sum(map(_attributes, tokens)) > MAX_ATTRIBUTES:
        raise TooCostly
    html: str = _PARSER.renderer.render(tokens, _PARSER.options, environment)
    return html


def _attributes(token: Token) -> int:
    own = sum(len(str(value)) for value in token.attrs.values())
    return own + sum(map(_attributes, token.children or ()))


def _bounded_table(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    is_table = table(state, first, end, True)
    if silent or not is_table:
        return is_table
    columns = table_columns(state.getLines(first, first + 1, 0, False))
    cells: int = state.env.get("cells", 0)
    for line in range(first, end):
        if state.isEmpty(line):
            break
        cells += columns
        if cells > MAX_TABLE_CELLS:
            raise TooCostly
    state.env["cells"] = cells
    return table(state, first, end, False)


def _bounded_depth(rule: Rule) -> Rule:
    def bounded(state: StateBlock, first: int, end: int, silent: bool) -> bool:
        if state.level >= MAX_LEVEL and rule(state, first, end, True):
            # The parser would leave the rest of the text out.
            raise TooCostly
        return rule(state, first, end, silent)

    return bounded


def _parser() -> MarkdownIt:
    # "commonmark" lets HTML through by default; images would load content from other hosts.
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table").disable("image")
    rules: Sequence[tuple[str, Rule, list[str]]] = (
        ("table", _bounded_table, ["paragraph", "reference"]),
        ("blockquote", _bounded_depth(blockquote), ["paragraph", "reference", "blockquote", "list"]),
        ("list", _bounded_depth(list_block), ["paragraph", "reference", "blockquote"]),
    )
    for name, rule, ends in rules:
        parser.block.ruler.at(name, rule, {"alt": ends})
    return parser


_PARSER = _parser()
