"""Prices: no rows cost nothing, more rows never cost less, and ``affordable`` is the maximum."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from evaluators.kinds.acquisition.pricing import Price, affordable

ADAPTER: TypeAdapter[Price] = TypeAdapter(Price)

amounts = st.floats(0.01, 1e6, allow_nan=False)
prices = st.one_of(
    st.builds(dict, method=st.just("linear"), full_price=amounts),
    st.builds(dict, method=st.just("volume-discount"), full_price=amounts, discount=st.floats(0, 0.5)),
    st.builds(dict, method=st.just("fixed-plus-unit"), fixed=st.floats(0, 1e6), unit=amounts),
).map(ADAPTER.validate_python)
owned_rows = st.integers(1, 10_000_000)


@given(prices, owned_rows, st.data())
def test_nothing_costs_nothing_and_one_row_more_never_costs_less(price: Price, owned: int, data: st.DataObject) -> None:
    rows = data.draw(st.integers(0, owned - 1))
    assert price.cost(0, owned) == 0
    assert 0 <= price.cost(rows, owned) <= price.cost(rows + 1, owned)


@given(prices, st.integers(1, 400), st.fractions(0, 10_000))
def test_affordable_is_what_trying_every_number_finds(price: Price, owned: int, amount: Fraction) -> None:
    tried = [rows for rows in range(owned + 1) if price.cost(rows, owned) <= amount]
    assert affordable(price, owned, amount) == max(tried)


@pytest.mark.parametrize(
    ("price", "rows", "cost"),
    [
        ({"method": "linear", "full_price": 100}, 4500, Fraction(15)),
        ({"method": "linear", "full_price": 0.1}, 10_000, Fraction(1, 30)),
        ({"method": "volume-discount", "full_price": 100, "discount": 0.5}, 15_000, Fraction(75, 2)),
        ({"method": "volume-discount", "full_price": 100, "discount": 0.5}, 30_000, Fraction(50)),
        ({"method": "fixed-plus-unit", "fixed": 10, "unit": 0.1}, 1, Fraction(101, 10)),
        ({"method": "fixed-plus-unit", "fixed": 10, "unit": 0.1}, 0, Fraction(0)),
    ],
)
def test_costs_are_exact(price: dict[str, Any], rows: int, cost: Fraction) -> None:
    assert ADAPTER.validate_python(price).cost(rows, 30_000) == cost


@pytest.mark.parametrize(
    "price",
    [
        {"method": "lin", "full_price": 100},
        {"method": "linear", "full_price": 0},
        {"method": "linear", "full_price": float("inf")},
        {"method": "linear", "full_price": float("nan")},
        {"method": "linear", "full_price": 100, "discount": 0.1},
        {"method": "volume-discount", "full_price": 100, "discount": 0.6},
        {"method": "volume-discount", "full_price": 100, "discount": -0.1},
        {"method": "fixed-plus-unit", "fixed": -1, "unit": 1},
        {"method": "fixed-plus-unit", "fixed": 1, "unit": 0},
    ],
)
def test_a_price_that_could_fall_or_be_endless_is_no_price(price: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(price)
