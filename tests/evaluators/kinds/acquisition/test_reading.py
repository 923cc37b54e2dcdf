"""Reading purchases: all that NumPy reads is read, every mistake is named, the budget is kept to the cent."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition.reading import AcquisitionSubmission, amount, read, read_reference
from evaluators.problems.problem import SubmissionError
from evaluators.submissions.uploads import Upload
from tests.evaluators.kinds.acquisition.conftest import MakeMarket, files
from tests.markets import market as market_content
from tests.markets import reference_market

TABLE = "seller,rows\nmill,10\nbarn,0\nloft,4\n"


def rows_of(acquisition: AcquisitionSubmission) -> dict[str, list[int]]:
    return {purchase.market.name: purchase.n_rows for purchase in acquisition.purchases}


def refused(dataset: PreparedDataset, uploads: list[Upload]) -> list[str]:
    with pytest.raises(SubmissionError) as caught:
        read(dataset, uploads)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "line",
    [
        "10,0,4",
        " 10 ,\t0, 4 \n",
        "\n\n10,0,4\n\n",
        "10,0,4\r\n",
        "\ufeff10,0,4",
        "+10,-0,004 # mine",
        "10\n0\n4\n",
        TABLE,
    ],
)
def test_every_form_says_the_same(market: PreparedDataset, line: str) -> None:
    uploads = [Upload("0_tea_mine.csv", line.encode()), Upload("ink.txt", b"0,0,0")]
    with pytest.raises(SubmissionError, match="is not that of a task"):
        read(market, uploads)
    found = read(market, [Upload("tea_mine.csv", line.encode()), Upload("INK.txt", b"0,0,0")])
    assert rows_of(found) == {"tea": [10, 0, 4], "ink": [0, 0, 0]}


def test_all_markets_may_come_in_one_table(market: PreparedDataset) -> None:
    text = b"task,seller,rows\nink,loft,1\ntea,barn,2\ntea,mill,3\n"
    assert rows_of(read(market, [Upload("mine.csv", text)])) == {"tea": [3, 2, 0], "ink": [0, 0, 1]}


def test_with_one_market_any_name_will_do(make_market: MakeMarket) -> None:
    dataset = make_market(tasks=[market_content("tea")])
    assert rows_of(read(dataset, [Upload("mine.csv", b"1,2,3")])) == {"tea": [1, 2, 3]}


@pytest.mark.parametrize("tea", ["{0},{0}7,-{0}", "seller,rows\nmill,{0}\nbarn,+{0}7\n"])
def test_thousands_of_zeros_are_one(market: PreparedDataset, tea: str) -> None:
    """``int`` refuses thousands of zeros, ``numpy.loadtxt`` does not."""
    found = read(market, files(tea=tea.format("0" * 5000), ink="0,0,0"))
    assert rows_of(found)["tea"] == [0, 7, 0]


def test_no_budget_binds_the_reference_but_memory_does(published: PreparedDataset) -> None:
    """Five dimensions in double precision: 26,843,545 rows are one GiB."""
    large = replace(published, counts=dict.fromkeys(published.counts, 30_000_000))
    assert rows_of(read_reference(large, files(tea="26843545,0,0", ink="26843545,0,0")))["ink"] == [26_843_545, 0, 0]
    with pytest.raises(SubmissionError) as caught:
        read_reference(large, files(tea="26843545,0,1", ink="0,0,0"))
    assert str(caught.value) == (
        "tea.txt: the task 'tea' buys 26843546 rows, more than the 26843545 that can be trained on here: the offline "
        "evaluator would try, with whatever memory it takes. Buy fewer rows."
    )


def test_costs_and_report(market: PreparedDataset) -> None:
    purchase = read(market, files(tea="10,30,4", ink="0,0,0")).purchases[0]
    assert purchase.costs == [20, Fraction(45, 2), 6]
    report = purchase.report()
    assert str(report) == "Tea: 44 rows from 3 of 3 sellers for 48.5 of 50"
    assert report.counts == {"mill": 10, "barn": 30, "loft": 4}
    assert purchase.slices() == {
        "rows": {"mill": 10, "barn": 30, "loft": 4},
        "spent": {"mill": 20, "barn": 22.5, "loft": 6},
    }


@pytest.mark.parametrize(
    ("tea", "said"),
    [
        ("10,0", "tea.txt, line 1: has 2 numbers, the market has 3 sellers."),
        ("10,0,4,1", "tea.txt, line 1: has 4 numbers, the market has 3 sellers."),
        ("10,0,4,", "tea.txt, line 1: a comma stands behind the last number."),
        ("10;0;4", "tea.txt, line 1: its numbers are separated by semicolons."),
        ("10 0 4", "tea.txt, line 1: its numbers are separated by blanks."),
        ("10,0,4\n1,2,3", "tea.txt, line 2: has more than one line of numbers."),
        ("# later", "tea.txt: holds no number."),
        ("10,,4", "tea.txt, line 1, field 'barn': there is no number."),
        ("10,1.5,4", "tea.txt, line 1, field 'barn': '1.5' is not a whole number."),
        ("10,1e1,4", "tea.txt, line 1, field 'barn': '1e1' is not a whole number."),
        ("10,1_0,4", "tea.txt, line 1, field 'barn': '1_0' is not a whole number."),
        ("10,٣,4", "tea.txt, line 1, field 'barn': '٣' is not a whole number."),
        ("10,-1,4", "tea.txt, line 1, field 'barn': '-1' is below zero: nothing can be sold back."),
        ("10,61,4", "tea.txt, line 1, field 'barn': '61' is more than the 60 rows that the seller owns."),
        ("10," + "9" * 5000 + ",4", "field 'barn': '" + "9" * 59 + "…' is more than the 60 rows"),
        ("seller,rows\nmill,x\n", "tea.txt, line 2, field 'rows': 'x' is not a whole number."),
        ("seller,rows\nmall,1\n", "tea.txt, line 2, field 'seller': 'mall' is not a seller in this market."),
        ("seller,rows\n,1\n", "tea.txt, line 2, field 'seller': no seller is named in this market."),
        ("seller,rows\nmill,1\nMill,1\n", "tea.txt, line 3, field 'seller': 'Mill' is not a seller in this market."),
        ("seller,rows\nmill,1\nloft,1\nmill,2\n", "line 4, field 'seller': 'mill' already has a number, in line 2."),
        ("mill,10\n", "tea.txt, line 1, field 'seller': the column 'seller' is missing; the first line is 'mill,10'."),
        ("seller,rows\n", "tea.txt: has a header but no rows."),
        (
            "40,0,0",
            "tea.txt: the task 'tea' costs 80 of 50: 30 too much. Buy fewer rows; most is spent on 'mill' (80).",
        ),
        ("25,1,0", "tea.txt: the task 'tea' costs 50.991667 of 50: 0.991667 too much."),
    ],
)
def test_every_mistake_is_named(market: PreparedDataset, tea: str, said: str) -> None:
    problems = refused(market, files(tea=tea, ink="0,0,0"))
    assert len(problems) == 1
    assert said in problems[0]


def test_all_mistakes_are_named_at_once(market: PreparedDataset) -> None:
    problems = refused(market, files(tea="-1,99,x", ink="40,60,20"))
    assert len(problems) == 4
    assert problems[3].startswith("ink.txt: the task 'ink' costs 120 of 50: 70 too much.")


def test_a_market_that_is_missing_twice_or_unknown_is_named(market: PreparedDataset) -> None:
    assert refused(market, files(tea="0,0,0")) == [
        "nothing is said about the task 'ink'. Send tea.csv, ink.csv, or one file with the header 'task,seller,rows'. "
        "To buy nothing, write 0 rows."
    ]
    twice = [Upload("tea.csv", b"0,0,0"), Upload("tea_2.csv", b"0,0,0")]
    assert "the task 'tea' is already in tea.csv." in refused(market, twice)[0]
    unnamed = [Upload("mine.csv", b"0,0,0")]
    assert refused(market, unnamed)[0].startswith("mine.csv: its name is not that of a task")
    unknown = [Upload("mine.csv", b"task,seller,rows\nrum,mill,1\n")]
    assert refused(market, unknown) == ["mine.csv, line 2, field 'task': 'rum' is not a task. The tasks are tea, ink."]


def test_a_budget_is_kept_to_the_last_cent(make_market: MakeMarket) -> None:
    """In floating point, 0.1 + 0.1 + 0.1 is more than 0.3."""
    tea = market_content("tea") | {"budget": 0.3}
    for seller in tea["sellers"]:
        seller["price"] = {"method": "fixed-plus-unit", "fixed": 0, "unit": 0.1}
    dataset = make_market(tasks=[tea])
    assert 0.1 + 0.1 + 0.1 > 0.3
    assert read(dataset, [Upload("tea.csv", b"1,1,1")]).purchases[0].cost == Fraction(3, 10)
    assert "costs 0.4 of 0.3: 0.1 too much" in refused(dataset, [Upload("tea.csv", b"2,1,1")])[0]


def test_the_reference_does_not_enforce_the_budget_but_what_is_owned(published: PreparedDataset) -> None:
    uploads = files(tea="40,60,20", ink="0,0,0")
    assert read_reference(published, uploads).purchases[0].cost == 240
    assert "140 too much" in refused(published, uploads)[0]
    for line in ("-1,0,0", "41,0,0", "0,0", "0,0,0,0", "0.5,0,0"):
        with pytest.raises(SubmissionError):
            read_reference(published, files(tea=line, ink="0,0,0"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Fraction(3, 2), "1.5"), (Fraction(100), "100"), (Fraction(0), "0"), (Fraction(1, 10**9), "less than 0.000001")],
)
def test_amounts_for_people(value: Fraction, shown: str) -> None:
    assert amount(value) == shown


cells = st.one_of(
    st.integers(-3, 70).map(str), st.sampled_from(["", " 1", "2\t", "+3", "007", "1.0", "x", "1e1", "1_0", "-0", "1 2"])
)
lines = st.lists(cells, min_size=1, max_size=5).map(",".join)
endings = st.sampled_from(["\n", "\r\n", "\n\n", " # said\n", ""])


@given(st.lists(st.tuples(lines, endings), min_size=1, max_size=3), st.sampled_from(["", "\n", "# mine\n"]))
def test_numbers_are_read_as_dataperf_s_evaluators_read_them(
    published: PreparedDataset, parts: list[tuple[str, str]], before: str
) -> None:
    """Whatever ``numpy.loadtxt`` reads as one row with a whole number per seller, none too large, is read.

    Offline that was the reader; on the site it was ``int``, which also takes ``1_0``.
    """
    text = before + "".join(line + ending for line, ending in parts)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = np.loadtxt(io.StringIO(text.replace("1_0", "10")), delimiter=",", dtype=int)
    except ValueError:
        expected = np.empty(0, int)
    valid = expected.shape == (3,) and bool((expected >= 0).all() and (expected <= [40, 60, 20]).all())
    try:
        found = read_reference(published, files(tea=text, ink="0,0,0")).purchases[0].n_rows
    except SubmissionError:
        assert not valid, repr(text)
    else:
        assert valid, repr(text)
        assert found == expected.tolist()


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(market: PreparedDataset, content: bytes) -> None:
    with suppress(SubmissionError):
        read(market, [Upload("tea.csv", content), Upload("ink.csv", b"0,0,0")])


@pytest.mark.parametrize("sellers", [20, 21])
def test_a_list_of_21_sellers_as_on_dataperf_s_site(sellers: int, make_market: MakeMarket) -> None:
    owned = {f"s{number}": 5 for number in range(sellers)}
    dataset = make_market(owned=owned, **reference_market(tasks=[market_content("tea", test=False, owned=owned)]))
    uploads = [Upload("market_0.txt", ",".join(["1"] * 21).encode())]
    if sellers == 21:
        assert rows_of(read_reference(dataset, uploads)) == {"tea": [1] * 21}
        return
    with pytest.raises(SubmissionError, match="has 21 numbers, the market has 20 sellers.*one seller more"):
        read_reference(dataset, uploads)
