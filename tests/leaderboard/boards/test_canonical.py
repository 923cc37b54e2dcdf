"""The canonical form: the same bytes whatever the order of the keys, and none for what is not JSON."""

from __future__ import annotations

import pytest

from leaderboard.boards.canonical import canonical


def test_the_order_of_keys_does_not_matter() -> None:
    assert canonical({"b": 1, "a": ["é", None]}) == canonical({"a": ["é", None], "b": 1})
    assert canonical({"b": 1, "a": "é"}) == '{\n "a": "é",\n "b": 1\n}\n'.encode()


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"score": [number]})
