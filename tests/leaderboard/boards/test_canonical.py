"""The canonical form is that of the standard library, to the byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.boards.canonical import canonical

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DOCUMENTS = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30)


@given(DOCUMENTS)
def test_the_bytes_are_those_of_the_standard_library(document: Any) -> None:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
    assert canonical(document) == text.encode("utf-8", "backslashreplace") + b"\n"


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    for document in (number, [number], [{"score": number}], {"a": {"b": [number]}}):
        with pytest.raises(ValueError, match="not JSON compliant"):
            canonical(document)
