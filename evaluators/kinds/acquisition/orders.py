"""Parse the files of an acquisition submission into the orders to each seller, market by market.

A market's file is named after the market. It holds either one line of numbers, one per seller in the sellers' order (as
in DataPerf), or a table with the columns ``seller`` and ``rows``, in which sellers that are not listed sell nothing.
All markets may also come in one table with a column ``task``. With a single market any file name will do.

For lines of numbers, everything is accepted that the offline evaluator's ``numpy.loadtxt`` reads as one row of whole
numbers: surrounding blanks, signs and leading zeros, empty lines, comments from ``#`` to the end of the line, and one
number per line. A byte order mark is also accepted, though not by the offline evaluator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluators.kinds.acquisition.specification import AcquisitionSpecification, Market
from evaluators.problems.problem import Problem, SubmissionError, quoted
from evaluators.submissions.csv_table import CsvRow, read_csv
from evaluators.submissions.naming import task_of_name
from evaluators.submissions.text import decoded
from evaluators.submissions.uploads import Upload

PLAIN: tuple[str, ...] = ("seller", "rows")
SEVERAL = ("task", *PLAIN)
ON_SITE_AND_OFFLINE = (21, 20)
"""The sellers of a market of DataPerf, on its site and in its repository."""

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n\v\f"


@dataclass(frozen=True, slots=True)
class Order:
    """The order to one seller as written in a file. ``field`` names the place in the line that an error refers to."""

    seller: str
    rows: str
    file: str
    line: int
    field: str


def orders_by_market(specification: AcquisitionSpecification, uploads: Sequence[Upload]) -> dict[str, list[Order]]:
    """The orders of every submitted market, in the order of the specification.

    Raises:
        SubmissionError: a file is unreadable or names no market, or a market is missing or given twice.
    """
    orders: dict[str, list[Order]] = {name: [] for name in specification.markets}
    origin: dict[str, str] = {}
    problems: list[Problem] = []
    for upload in uploads:
        name = _market_of_file(specification, upload.name)
        for task, order in _file_orders(specification, upload, name, alone=len(uploads) == 1):
            if task not in orders:
                remedy = f"The tasks are {', '.join(orders)}."
                problems.append(Problem(f"{quoted(task)} is not a task.", remedy, upload.name, order.line, "task"))
            elif origin.setdefault(task, upload.name) != upload.name:
                raise SubmissionError(
                    Problem(f"the task '{task}' is already in {origin[task]}.", "Send each task once.", upload.name)
                )
            else:
                orders[task].append(order)
    if not problems and not specification.partial:
        problems = [_missing(specification, name) for name, found in orders.items() if not found]
    if problems:
        raise SubmissionError(problems)
    return {name: found for name, found in orders.items() if found}


def _market_of_file(specification: AcquisitionSpecification, file: str) -> str | None:
    if len(specification.tasks) == 1:
        return specification.tasks[0].name
    return task_of_name(specification.markets, file)


def _file_orders(
    specification: AcquisitionSpecification, upload: Upload, market: str | None, *, alone: bool
) -> list[tuple[str, Order]]:
    """Every order in one file, with its market."""
    if _looks_like_numbers(upload.content):
        if market is None:
            raise SubmissionError(_unnamed(specification, upload.name))
        return [(market, order) for order in _numbers(specification, upload, specification.markets[market])]
    layouts = [PLAIN, SEVERAL] if market is not None and alone and len(specification.tasks) > 1 else [PLAIN]
    if market is None:
        layouts = [SEVERAL, PLAIN]  # With the plain header the file name is wrong: see below.
    sellers = sum(len(item.sellers) for item in specification.tasks)
    # Up to twice the valid number of rows is read, so that each seller listed twice is named.
    table = read_csv(upload, layouts, max_bytes=specification.max_file_bytes, max_rows=2 * sellers)
    if market is None and "task" not in table.columns:
        raise SubmissionError(_unnamed(specification, upload.name))
    return [(row.cells.get("task", market or ""), _order(upload.name, row)) for row in table.rows]


def _order(file: str, row: CsvRow) -> Order:
    return Order(row.cells["seller"], row.cells["rows"], file, row.line, "rows")


def _looks_like_numbers(content: bytes) -> bool:
    """Whether the file starts with a number or a comment, rather than with a header or anything else."""
    first = content.removeprefix(_BOM).lstrip(_BLANK)[:4].decode(errors="ignore")[:1]
    return first != "" and (first in "+-.,#" or first.isdecimal()) and b"\0" not in content


def _numbers(specification: AcquisitionSpecification, upload: Upload, market: Market) -> list[Order]:
    lines = _number_lines(upload, specification.max_file_bytes)
    if not lines:
        raise SubmissionError(Problem("holds no number.", _wanted(market), file=upload.name))
    if len(lines) > 1 and any(len(cells) > 1 for _, cells in lines):
        raise SubmissionError(
            Problem("has more than one line of numbers.", _wanted(market), file=upload.name, line=lines[1][0])
        )
    found = [(line, cell) for line, cells in lines for cell in cells]
    if len(found) != len(market.sellers):
        raise SubmissionError(_miscounted(market, upload.name, lines[-1][0], [cell for _, cell in found]))
    return [
        Order(seller.name, cell, upload.name, line, seller.name)
        for seller, (line, cell) in zip(market.sellers, found, strict=True)
    ]


def _number_lines(upload: Upload, max_bytes: int) -> list[tuple[int, list[str]]]:
    """The cells of every line that is neither empty nor a comment, with the line number."""
    text = decoded(upload, max_bytes=max_bytes, remedy="Save the file as plain text in UTF-8 and send that.")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    without_comments = ((number, line.partition("#")[0]) for number, line in enumerate(lines, start=1))
    return [(number, [cell.strip() for cell in line.split(",")]) for number, line in without_comments if line.strip()]


def _miscounted(market: Market, file: str, line: int, cells: list[str]) -> Problem:
    sellers = len(market.sellers)
    if cells[-1] == "" and len(cells) == sellers + 1:
        return Problem("a comma stands behind the last number.", "Take it away.", file, line)
    for mark, word in ((";", "semicolons"), ("\t", "tabs"), (" ", "blanks")):
        if len(cells) == 1 and mark in cells[0]:
            return Problem(f"its numbers are separated by {word}.", f"Use commas. {_wanted(market)}", file, line)
    count = f"{len(cells)} {'number' if len(cells) == 1 else 'numbers'}"
    remedy = _wanted(market)
    if (len(cells), sellers) == ON_SITE_AND_OFFLINE:
        remedy += " DataPerf's site had one seller more than its repository: take that number away."
    return Problem(f"has {count}, the market has {sellers} sellers.", remedy, file, line)


def _wanted(market: Market) -> str:
    return f"Write one line of {len(market.sellers)} numbers with commas between, or a table with 'seller,rows'."


def _unnamed(specification: AcquisitionSpecification, file: str) -> Problem:
    names = ", ".join(f"{market.name}.csv" for market in specification.tasks)
    return Problem(
        "its name is not that of a task, and it has no column 'task'.",
        f"Name it as one of {names}, or give it the header '{','.join(SEVERAL)}'.",
        file=file,
    )


def _missing(specification: AcquisitionSpecification, task: str) -> Problem:
    names = ", ".join(f"{market.name}.csv" for market in specification.tasks)
    return Problem(
        f"nothing is said about the task '{task}'.",
        f"Send {names}, or one file with the header '{','.join(SEVERAL)}'. To buy nothing, write 0 rows.",
    )
