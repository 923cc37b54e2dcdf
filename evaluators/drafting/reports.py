"""The JSON reports that the drafting commands print with ``--json``.

Every command prints one object and exits with 0, or with 2 and ``{"problems": […], "omitted": n}`` if files or answers
can't be used; ``step_of`` says which page fixes a problem. Numbers are finite; missing values are null.
"""

from __future__ import annotations

from typing import Any, Literal

# pydantic doesn't accept typing.TypedDict before Python 3.12; the site validates the reports with these types.
from typing_extensions import TypedDict

Audience = Literal["public", "organizer"]


class ProblemReport(TypedDict):
    """One problem with a file. ``line`` counts from 1; ``field`` is the name of a column."""

    message: str
    remedy: str
    file: str | None
    line: int | None
    field: str | None


class ValueCount(TypedDict):
    """A value of a column and how often it occurs. To choose it as a class or seller, send it back unchanged."""

    value: str
    count: int


class ColumnReport(TypedDict):
    """A column under the name that the answers use for it.

    ``name`` may cover several columns of the file: ``pixel_*`` for ``pixel_0``, ``pixel_1``, …; ``(numbers)`` for all
    number columns that have no other role. ``parts`` lists at most the first five of them.

    ``type`` is ``text``, ``integer``, ``number``, ``truth value``, ``vector`` (with ``dimensions``) or ``other`` (can't
    be used). ``distinct`` is a lower bound if ``distinct_is_exact`` is false. ``values`` are all values, the most
    frequent first, if they repeat and there are at most 50 (1,000 in a column of labels or sellers); otherwise null.
    ``examples`` are at most three values, quoted and shortened for display. ``role`` is a guess, see
    ``material.roles``.
    """

    name: str
    type: str
    dimensions: int | None
    parts: list[str]
    role: str
    missing: int
    distinct: int | None
    distinct_is_exact: bool
    values: list[ValueCount] | None
    examples: list[str]


class FileReport(TypedDict):
    """One file. ``kind`` is ``parquet``, ``csv``, ``npy``, ``npz``, ``text`` or null (unusable, see ``problems``).

    ``part`` is the table that it belongs to, guessed from its name.
    """

    name: str
    bytes: int
    kind: str | None
    rows: int | None
    part: str
    columns: list[ColumnReport]
    problems: list[ProblemReport]


class FilesReport(TypedDict):
    """``describe-files FOLDER --json``.

    ``usable`` is true if some file has rows with an embedding and there are no problems. ``answers`` is a
    ``FilesAnswers`` with the guesses, to start the form with.
    """

    files: list[FileReport]
    problems: list[ProblemReport]
    usable: bool
    answers: dict[str, Any]


class DraftReport(TypedDict):
    """``draft-bundle FOLDER ANSWERS.json --out DIR --json``: what was written.

    ``specification`` is the content of challenge.yaml, with every default filled in. ``tables`` are row counts by
    table, ``files`` the names of the data files. ``notes`` are sentences about decisions and omissions that aren't
    problems. ``split`` gives the method, the seed, and the rows and classes of each split; it is for organizers only.
    """

    bundle: str
    specification: dict[str, Any]
    tables: dict[str, int]
    files: list[str]
    notes: list[str]
    split: dict[str, Any]


class Histogram(TypedDict):
    """``edges`` has one number more than ``counts``; the last bin includes its upper edge."""

    edges: list[float]
    counts: list[int]


class MapPoint(TypedDict):
    """One row of the 2-D map; ``label`` is null if it is hidden, ``table`` is the row's table."""

    x: float
    y: float
    label: str | None
    table: str


class TableCard(TypedDict):
    """One table of the bundle.

    ``audience`` is ``organizer`` for hidden tables: nothing in such a block is shown to participants. ``classes`` are
    row counts by class; null without a column of labels, and in a public table whose labels are hidden (those counts
    are in an organizer's block). ``repeated_rows`` counts rows whose embedding occurs earlier in the same table.
    ``public_copies`` counts rows whose embedding also occurs in a public table (hidden tables only, otherwise null).
    ``constant_dimensions`` counts dimensions with the same value in all rows. ``missing`` counts empty cells by column.
    """

    name: str
    audience: Audience
    files: list[str]
    rows: int
    bytes: int
    dimensions: int | None
    dtype: str | None
    columns: list[str]
    classes: list[ValueCount] | None
    groups: int | None
    repeated_ids: int
    repeated_rows: int | None
    public_copies: int | None
    missing: dict[str, int]
    constant_columns: list[str]
    constant_dimensions: int | None
    norms: Histogram | None
    neighbours: Histogram | None


class MapCard(TypedDict):
    """The 2-D map: at most 2,000 rows of the public tables, on their first two principal components.

    ``explained`` is the fraction of the variance on each axis.
    """

    audience: Audience
    points: list[MapPoint]
    explained: list[float]
    rows: int
    sampled: bool


class CardReport(TypedDict):
    """``data-card BUNDLE --json``. ``markdown`` is a text for the field ``data_card`` and covers only public tables."""

    tables: list[TableCard]
    map: MapCard | None
    markdown: str
    seed: int
