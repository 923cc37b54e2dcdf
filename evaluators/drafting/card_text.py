"""The text of a data card, after "Datasheets for datasets" (Gebru et al. 2021): contents, sizes, origin and oddities.

Everyone can read it, so it gives only the number of rows of a hidden table.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluators.drafting.reports import TableCard
from evaluators.specification.challenge import Specification

MAX_CLASSES = 20
MAX_LINES = 20


def markdown(specification: Specification, tables: Sequence[TableCard]) -> str:
    """A first version of the field ``data_card``, in Markdown."""
    public = [table for table in tables if table["audience"] == "public"]
    hidden = [table for table in tables if table["audience"] == "organizer"]
    with_vectors = [table for table in public if table["dimensions"] is not None]
    parts = [f"**Source.** Where the data come from, who made them, and when. Licence: {specification.licence}."]
    if with_vectors:
        first = with_vectors[0]
        parts.append(f"**Embeddings.** {first['dimensions']:,} numbers ({first['dtype']}) for each row, made by …")
    parts.append(_rows(public, hidden))
    parts += [_classes(table) for table in public if table["classes"]][:1]
    parts.append(_oddities(public))
    parts.append("**Limits.** What the data do not cover, and for what they must not be used.")
    return "\n\n".join(parts) + "\n"


def _rows(public: Sequence[TableCard], hidden: Sequence[TableCard]) -> str:
    lines = ["**Tables.**", "", "| table | rows | who sees it |", "|---|---:|---|"]
    lines += [f"| {table['name']} | {table['rows']:,} | everyone |" for table in public[:MAX_LINES]]
    lines += [f"| {table['name']} | {table['rows']:,} | hidden |" for table in hidden[:MAX_LINES]]
    more = max(0, len(public) - MAX_LINES) + max(0, len(hidden) - MAX_LINES)
    return "\n".join([*lines, *([f"\nand {more} more."] if more else [])])


def _classes(table: TableCard) -> str:
    counts = table["classes"] or []
    shown = ", ".join(f"{_plain(item['value'])} {item['count']:,}" for item in counts[:MAX_CLASSES])
    more = f" and {len(counts) - MAX_CLASSES} more" if len(counts) > MAX_CLASSES else ""
    return f"**Classes** in {table['name']}: {shown}{more}."


def _oddities(public: Sequence[TableCard]) -> str:
    found = []
    for table in public:
        if table["repeated_rows"]:
            found.append(f"{table['repeated_rows']:,} rows of {table['name']} repeat the numbers of an earlier row")
        if table["constant_dimensions"]:
            found.append(f"{table['constant_dimensions']:,} dimensions of {table['name']} never change")
        for name, count in table["missing"].items():
            found.append(f"{count:,} cells of `{_plain(name)}` in {table['name']} are empty")
    said = "; ".join(found[:MAX_LINES]) or "None found"
    return f"**Duplicates and gaps.** {said}."


def _plain(text: str) -> str:
    """A name from the data, without characters that have a meaning in Markdown."""
    cut = text if len(text) <= 40 else text[:39] + "…"
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-.!|<>~" else char for char in cut if char.isprintable())
