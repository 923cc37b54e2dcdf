"""No cell of a table runs as a formula, whatever a spreadsheet takes off its start first."""

from __future__ import annotations

import pytest

from leaderboard.api.documents import csv_pieces
from leaderboard.web.spreadsheets import neutralised

PASSED_OVER = (
    *("", " ", "  ", "'", '"', "`", "\u2018", "\u201c"),
    *("\ufeff", "\u00a0", "\u2003", "\u3000", "\u1680", "\u200b", "\u200e", "\u202e", "\u2060", "\u00ad"),
    *("\x00", "\x0b", "\x0c", "\x1f", "\x7f", "\x85", "\u2028", " \ufeff\u00a0"),
)


@pytest.mark.parametrize("passed_over", PASSED_OVER, ids=ascii)
def test_a_formula_is_text(passed_over: str) -> None:
    for sign in "=+-@\uff1d\uff0b\uff0d\uff20\ufe63":
        for before in ("", "a;", "a,", "a|", "a\t", "a\r", "a\n", "1;", "; ;"):
            assert neutralised(f"{before}{passed_over}{sign}1+1") == f"{before}'{passed_over}{sign}1+1"


@pytest.mark.parametrize("cell", ["\t1", "\r1", "\n1"], ids=ascii)
def test_a_cell_that_begins_with_a_separator_is_text(cell: str) -> None:
    assert neutralised(cell).startswith("'")


@pytest.mark.parametrize("cell", ["-inf", "-1_0", "+nan", "-\u0661"])
def test_what_python_alone_takes_for_a_number_is_text(cell: str) -> None:
    assert neutralised(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["", "-1", "+1", "-1.5e-07", "-.5", "-3.", "a", "a-b", "a = b", "1;-1", "\ufeffa", "名"]
)
def test_all_else_stays_as_it_is(cell: str) -> None:
    assert neutralised(cell) == cell


def test_the_names_of_columns_are_cells_too() -> None:
    assert b"".join(csv_pieces(["=1+1", "b"], [{"=1+1": "@x", "b": -1}])) == b"'=1+1,b\r\n'@x,-1\r\n"
