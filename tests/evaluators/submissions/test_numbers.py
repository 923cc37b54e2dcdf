"""Numbers compare as numbers, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.submissions.numbers import as_number


@pytest.mark.parametrize("text", ["1", "1.0", "+1", "1e0", "1.", "01", "0.1e1"])
def test_one_is_one_however_it_is_written(text: str) -> None:
    assert as_number(text) == "1"


@pytest.mark.parametrize("text", ["", "-", ".", "1_0", "１", "0x1", "nan", "inf", "1e999", "true", "1 ", "9" * 41])
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
