"""Texts in Markdown at which renderers have been slow: each piece or rule, to be made of any length."""

from __future__ import annotations

from collections.abc import Callable


def _fill(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def _growing(line: Callable[[int], str], length: int) -> str:
    """Lines that get longer, about ``length`` characters together."""
    return "".join(map(line, range(int((2 * length) ** 0.5))))


PIECES: tuple[str, ...] = (
    "a|b\n-|-\n1|2\n\n",
    "a|b\n-|-|-\n",
    "*a **a ",
    "**a",
    "a**",
    "*a_ ",
    "_ ",
    "[](",
    "[a](b",
    "[a](<b",
    '[](x "',
    "[a][b]",
    "[a]: <x\n",
    '[a]: x "\n',
    "![",
    "![a](x)",
    "```\n",
    "~~~a\n```b\n",
    "> * ",
    "> - a\n",
    "- ",
    "- a\n",
    "* + ",
    "1. ",
    "1. a\n",
    "- a\n\n",
    "<a",
    "<!--",
    "<?",
    "<![CDATA[",
    "<a b='",
    "<http://a",
    "<a@b",
    "<http://a>",
    "&a",
    "&#",
    "&amp;",
    "\\*",
    "a  \n",
    "a\\\n",
    ">\t",
    "-\t",
    "# a\n",
    "a\n-\n",
    "---\n",
    "- - a\n",
    "a\n",
    "    a\n",
    "a\u0000",
    "a:",
    "[\\](",
    "[`a](",
    "[a]",
    "*[a](",
    "[*a](b)*",
    "[a](()",
    "[a](       ",
    "[a](\n",
    "[![a](b)](c)",
    '[a](b "c\n',
    "> [a]: b\n",
    "[a\n",
    "[a]:\n",
    "[a]: [a]: ",
    '> [a]: b "\n',
    "- [a]: b '\n",
    "> ```\n",
    "> a|b\n> -|-\n",
    "- a|b\n  -|-\n",
    "- ```\n",
    "1. a\n   1. b\n      1. c\n",
    "*",
    "_",
    "[",
    "`",
    ">",
    "<",
    "\\",
    "\n",
    "\t",
    "#",
    "-",
    "\u0000",
    "\r",
    "\ud83d\ude00",
    "~",
    ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>a\n",
    "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "a                                                                                                    \n",
)
"""Repeated to the wanted length."""

RULES: dict[str, Callable[[int], str]] = {
    "table of one wide row": lambda n: "|".join("x" * (n // 4)) + "\n" + "|".join("-" * (n // 4)),
    "table that leaves cells out": lambda n: "x|" * 200 + "\n" + "-|" * 200 + "\n" + _fill("x\n", n - 802),
    "many such tables": lambda n: _fill("x|" * 100 + "\n" + "-|" * 100 + "\n" + "x\n" * 300 + "\n", n),
    "such tables in a quotation": lambda n: "> " + _fill("x|" * 200 + "\n> " + "-|" * 200 + "\n" + "> x\n" * 300, n),
    "such tables in a list": lambda n: "- " + _fill("x|" * 200 + "\n  " + "-|" * 200 + "\n" + "  x\n" * 300, n),
    "table of pipes": lambda n: "|" * (n // 2) + "\n" + _fill("-|", n // 2),
    "emphasis in emphasis": lambda n: "*" * (n // 2) + "a" + "*" * (n // 2),
    "brackets in brackets": lambda n: "[" * (n // 2) + "]" * (n // 2),
    "long link, used often": lambda n: "[a]: " + "x" * (n // 2) + "\n\n" + _fill("[a]", n // 2),
    "long title, used often": lambda n: "[a]: x '" + "y" * (n // 2) + "'\n\n" + _fill("[a]", n // 2),
    "title without an end": lambda n: '[a]: x "' + _fill("\n", n),
    "label without an end": lambda n: "[" + "a" * n + "]: x\n",
    "many definitions": lambda n: "".join(f"[{i}]: x\n" for i in range(n // 8)),
    "backticks that never match": lambda n: _growing(lambda i: "e" + "`" * i, n),
    "quotations that get deeper": lambda n: _growing(lambda i: ">" * i + "a\n", n),
    "deep quotation that goes on": lambda n: ">" * 20 + "a\n" + _fill("b\n", n),
    "lists that get deeper": lambda n: _growing(lambda i: " " * (2 * i) + "- a\n", n // 2),
    "deep list that goes on": lambda n: "- " * 15 + "a\n" + _fill("b\n", n),
    "list of empty lines": lambda n: "- a\n" + _fill("\n", n),
    "heading that never closes": lambda n: "# a" + " #" * (n // 2),
    "brackets of a link": lambda n: "[a](" + "(" * n,
    "address without an end": lambda n: "<a@" + _fill("b.", n),
}


def corpus(length: int) -> dict[str, str]:
    """Name → a text of about ``length`` characters."""
    pieces = {repr(piece[:20]): _fill(piece, length) for piece in PIECES}
    return {**pieces, **{name: rule(length) for name, rule in RULES.items()}}
