"""Numbers compare as numbers, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.submissions.numbers import as_number, as_python_reads


@pytest.mark.parametrize("text", ["1", "1.0", "+1", "1e0", "1.", "01", "0.1e1"])
def test_one_is_one_however_it_is_written(text: str) -> None:
    assert as_number(text) == "1"


@pytest.mark.parametrize(
    "text", ["", "-", ".", "1_0", "１", "0x1", "nan", "inf", "1e999", "1e-999", "true", "1 ", "9" * 41]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert as_number(text) is None


@given(st.integers(-(10**30), 10**30))
def test_a_whole_number_keeps_all_its_digits(value: int) -> None:
    assert as_number(str(value)) == str(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_equal_numbers_have_one_form(value: float) -> None:
    shown = as_number(repr(value))
    assert shown is not None
    assert float(shown) == value


def test_a_large_number_stays_as_short_as_it_was() -> None:
    assert as_number("1e308") == "1e+308"


@given(st.text(max_size=25) | st.integers().map(str) | st.from_regex(r"\A ?[+-]?[0-9](_?[0-9]){0,5} ?\Z"))
def test_lists_are_read_as_python_reads_them(text: str) -> None:
    try:
        expected = str(int(text)) if len(text) <= 18 else text
    except ValueError:
        expected = text
    assert as_python_reads(text) == expected
