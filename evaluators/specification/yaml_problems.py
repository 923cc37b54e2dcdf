"""Explain errors of the YAML reader in words that don't require knowing how it works."""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError, StringMark

from evaluators.problems.problem import Problem, quoted

_SPECIAL = {
    "%": "a value cannot begin with '%'.",
    "@": "a value cannot begin with '@'.",
    "`": "a value cannot begin with '`'.",
}


def in_plain_words(error: MarkedYAMLError, text: str, name: str) -> Problem:
    """The error as a problem of the file ``name``, whose content is ``text``, with its position."""
    message, remedy, mark = _said(error, text.splitlines())
    if mark is None:
        return Problem(message, remedy, name)
    # Positions count from zero, and the one at the very end is past the last line.
    line = min(mark.line + 1, max(1, len(text.splitlines())))
    return Problem(message, remedy, name, line, column=mark.column + 1)


def _said(error: MarkedYAMLError, lines: list[str]) -> tuple[str, str, StringMark | None]:
    said, context, mark = str(error.problem or ""), str(error.context or ""), error.problem_mark
    line = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
    if "'\\t'" in said or "\t" in line[: len(line) - len(line.lstrip())]:
        return "a line is indented by a tab.", "Use spaces.", mark
    if "mapping values are not allowed" in said and mark is not None:
        return _misplaced_value(lines, mark)
    if "sequence entries are not allowed" in said:
        return "a list begins behind a name.", "Write each '- item' on a line of its own.", mark
    if "flow" in context:
        bracket = "]" if "sequence" in context else "}"
        return f"a bracket that opens here is never closed by '{bracket}'.", f"Add '{bracket}'.", error.context_mark
    if "quoted scalar" in context and "escape" not in said:
        return "a quote that opens here is never closed.", "Close it, or leave the quotes out.", error.context_mark
    if "escape" in said:
        return "a backslash between double quotes means something else.", "Write it twice, or use single quotes.", mark
    if "could not find expected ':'" in said:
        return "a line is neither 'name: value' nor '- item'.", "Add the ':' and a blank behind it.", error.context_mark
    if "expected <block end>" in said:
        return "a line is not indented as those before it are.", "Begin lines that belong together alike.", mark
    if "undefined alias" in said:
        found = re.search(r"alias [\"']?(.+?)[\"']?$", said)
        return f"there is no value named {quoted(found[1] if found else '')}.", "Put a text with '*' into quotes.", mark
    if "another document" in said:
        return "a second document begins here.", "Take the line '---' out.", mark
    for sign, message in _SPECIAL.items():
        if f"'{sign}'" in said:
            return message, "Put the text into quotes.", mark
    return f"is not valid YAML: {quoted(said or context)}.", "See docs/bundles.md for an example.", mark


def _misplaced_value(lines: list[str], mark: StringMark) -> tuple[str, str, StringMark]:
    """Explain a misplaced colon: a wrong indent, a forgotten colon above, or a colon within a text."""
    line = lines[mark.line] if mark.line < len(lines) else ""
    above = next((text for text in reversed(lines[: mark.line]) if text.strip()), "")
    if ":" in line[: mark.column]:
        return "a text has ': ' in it.", "Put the text into quotes.", mark
    if above and ": " not in above and not above.rstrip().endswith(":"):
        return f"the line {quoted(above.strip())} before it has no ': '.", "Write it as name: value.", mark
    if _indent(line) > _indent(above):
        return "a line is indented more than the one before it.", "Begin fields that belong together alike.", mark
    return "a ':' is where none can be.", "Look at the lines before it, or put the text into quotes.", mark


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
