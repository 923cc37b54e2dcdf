"""One page of a table's public rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from evaluators.specification import Table
from frontend.rows.public_data import NoRows, PublicData
from frontend.rows.thumbnails import data_address

PAGE = 60
MAX_LABELS = 24
"""With more labels than this there are no links to filter by label."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """``picture`` is a data URL; empty for rows that aren't pictures."""

    row: int
    id: str
    label: str
    picture: str


@dataclass(frozen=True, slots=True)
class RowsPage:
    page: Page[int]
    rows: list[ShownRow]
    labels: list[str]
    label: str
    has_labels: bool
    pictures: bool


def read_rows(public: PublicData, table: Table, *, label: str = "", page: str | None = None) -> RowsPage | NoRows:
    """A page of rows, only those with ``label`` if it is given; or why there is none."""
    rows = public.rows(table)
    if isinstance(rows, NoRows):
        return rows
    labels = sorted(set(rows.labels))
    chosen = [row for row, name in enumerate(rows.labels) if name == label] if label in labels else range(len(rows))
    shown: Page[int] = Paginator(chosen, PAGE).get_page(page)
    return RowsPage(
        page=shown,
        rows=[
            ShownRow(
                row=row,
                id=rows.ids[row],
                label=rows.labels[row] if rows.labels else "",
                picture=data_address(rows.pixels[row]) if rows.pixels is not None else "",
            )
            for row in shown.object_list
        ],
        labels=labels if len(labels) <= MAX_LABELS else [],
        label=label if label in labels else "",
        has_labels=bool(rows.labels),
        pictures=rows.pixels is not None,
    )
