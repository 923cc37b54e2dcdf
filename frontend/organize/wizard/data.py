"""The sixth step: a look at the prepared data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from challenges.models.draft import DraftWork
from frontend.kinds.base import Bar, bars
from frontend.organize.wizard.access import challenge_and_draft, step_page, work_page
from frontend.organize.wizard.steps import is_made_of_files
from frontend.plots.histogram import HistogramPlot, histogram_plot
from frontend.plots.rowmap import MappedRow, RowMap, row_map


@dataclass(frozen=True, slots=True)
class TableBlock:
    """One table of the data with its plots; ``facts`` are the lines of a short list."""

    table: dict[str, Any]
    facts: list[tuple[str, str]]
    classes: list[Bar]
    norms: HistogramPlot | None
    neighbours: HistogramPlot | None


@login_required
@require_safe
def data(request: HttpRequest, slug: str) -> HttpResponse:
    challenge, draft = challenge_and_draft(request, slug)
    if draft is not None and is_made_of_files(challenge, draft):
        standing_in = work_page(request, "data", challenge, draft, DraftWork.BUILD)
        if standing_in is not None:
            return standing_in
    card = draft.card.get("data", {}) if draft is not None else {}
    made = draft.card.get("draft", {}) if draft is not None else {}
    context = {
        "blocks": [_block(table) for table in card.get("tables", [])],
        "map": _map(card.get("map")),
        "map_card": card.get("map"),
        "notes": made.get("notes", []),
    }
    return step_page(request, "data", challenge, draft, context)


def _block(table: dict[str, Any]) -> TableBlock:
    classes = {item["value"]: float(item["count"]) for item in table["classes"] or []}
    norms, neighbours = table["norms"], table["neighbours"]
    return TableBlock(
        table=table,
        facts=_facts(table),
        classes=bars(classes),
        norms=histogram_plot(norms["edges"], norms["counts"]) if norms else None,
        neighbours=histogram_plot(neighbours["edges"], neighbours["counts"]) if neighbours else None,
    )


def _facts(table: dict[str, Any]) -> list[tuple[str, str]]:
    found = [("Rows", f"{table['rows']:,}")]
    if table["dimensions"]:
        found.append(("Embedding", f"{table['dimensions']} numbers, {table['dtype']}"))
    if table["repeated_rows"] is not None:
        found.append(("Repeated rows", f"{table['repeated_rows']:,}"))
    if table["public_copies"] is not None:
        found.append(("Also in a public table", f"{table['public_copies']:,}"))
    if table["repeated_ids"]:
        found.append(("Repeated ids", f"{table['repeated_ids']:,}"))
    missing = sum(table["missing"].values())
    if missing:
        found.append(("Empty cells", f"{missing:,}"))
    if table["constant_dimensions"]:
        found.append(("Constant dimensions", f"{table['constant_dimensions']:,}"))
    if table["constant_columns"]:
        found.append(("Constant columns", ", ".join(table["constant_columns"])))
    if table["groups"] is not None:
        found.append(("Groups", f"{table['groups']:,}"))
    return found


def _map(card: dict[str, Any] | None) -> RowMap | None:
    if card is None:
        return None
    return row_map([MappedRow(point["x"], point["y"], point["label"]) for point in card["points"]])
