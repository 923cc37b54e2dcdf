"""What the commands of drafting print with ``--json``.

Every command prints one object and ends with 0, or with 2 and ``{"problems": […], "omitted": n}`` if files or answers
cannot be used; ``step_of`` says on which page a problem is mended. Numbers are finite; what is missing is null.
"""

from __future__ import annotations

from typing import Any, Literal

# Of the standard one pydantic takes no TypedDict before Python 3.12; the site checks the reports by these.
from typing_extensions import TypedDict

Audience = Literal["public", "organizer"]


class ProblemReport(TypedDict):
    """One finding about a file. ``line`` counts from 1, ``field`` is a column of it."""

    message: str
    remedy: str
    file: str | None
    line: int | None
    field: str | None


class ValueCount(TypedDict):
    """A value of a column as it stands, to be sent back as a class or a seller, and how often it occurs."""

    value: str
    count: int


class ColumnReport(TypedDict):
    """A column as the mapping names it.

    ``name`` may stand for several columns of the file: ``pixel_*`` for ``pixel_0``, ``pixel_1``, …; ``(numbers)`` for
    all number columns that have no other role. ``parts`` lists at most the first five of them.

    ``type`` is ``text``, ``integer``, ``number``, ``truth value``, ``vector`` (with ``dimensions``) or ``other``
    (cannot be used). ``distinct`` is a lower bound where ``distinct_is_exact`` is false. ``values`` are all values, the
    most frequent first, if they repeat and are at most 50, or 1,000 in a column of labels or sellers; else null.
    ``examples`` are at most three, quoted and cut, only to be shown. ``role`` is a guess, see ``answers.ROLES``.
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

    ``part`` is a guess by the file's name, see ``answers.Part``.
    """

    name: str
    bytes: int
    kind: str | None
    rows: int | None
    part: str
    columns: list[ColumnReport]
    problems: list[ProblemReport]


class FilesReport(TypedDict):
    """``describe-files FOLDER --json``. ``usable``: some file has rows with an embedding and no problem stands.

    ``answers`` is a ``FilesAnswers`` of the guesses, the form to begin with.
    """

    files: list[FileReport]
    problems: list[ProblemReport]
    usable: bool
    answers: dict[str, Any]


class DraftReport(TypedDict):
    """``draft-bundle FOLDER ANSWERS.json --out DIR --json``: what was written.

    ``specification`` is the content of challenge.yaml, with every default filled in. ``tables`` are rows by table,
    ``files`` the names of the data files. ``notes`` are sentences on what was decided or left out, not problems.
    ``split`` says how: method, seed, rows and classes of each part; for organizers.
    """

    bundle: str
    specification: dict[str, Any]
    tables: dict[str, int]
    files: list[str]
    notes: list[str]
    split: dict[str, Any]


class Histogram(TypedDict):
    """``edges`` has one number more than ``counts``; the last bin holds its upper edge."""

    edges: list[float]
    counts: list[int]


class MapPoint(TypedDict):
    """One row of the 2-D map; ``label`` is null where it is hidden, ``table`` where the row stands."""

    x: float
    y: float
    label: str | None
    table: str


class TableCard(TypedDict):
    """One table of the bundle.

    ``audience`` is ``organizer`` for hidden tables: nothing of these blocks is shown to participants. ``classes`` are
    rows by class, null without a column of labels (or in a table with hidden ones: there they are in an organizer's
    block). ``repeated_rows`` are rows whose embedding occurs earlier in the same table; ``public_copies`` are rows
    whose embedding occurs in a public table as well (hidden tables only, else null). ``constant_dimensions`` have one
    value in all rows. ``missing`` counts empty cells by column.
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

    ``explained`` is the part of the variance on each axis.
    """

    audience: Audience
    points: list[MapPoint]
    explained: list[float]
    rows: int
    sampled: bool


class CardReport(TypedDict):
    """``data-card BUNDLE --json``. ``markdown`` is a text for the field ``data_card``: public tables only."""

    tables: list[TableCard]
    map: MapCard | None
    markdown: str
    seed: int
