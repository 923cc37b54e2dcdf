"""The result: canonical bytes, finite numbers, and the required fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from evaluators.scoring.result import Result

SHA = "0" * 64


def content(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "challenge": "tiny",
        "kind": "selection",
        "score": {"value": 0.1, "metric": "f1", "direction": "maximize"},
        "tasks": {"b": {"f1": 0.1}, "a": {"f1": 0.1}},
        "seeds": [{"seed": 0, "tasks": {"a": {"f1": 0.1}}}],
        "scorer": {"name": "selection", "version": "1.0.0", "libraries": {"numpy": "2"}},
        "data": {"dataset": SHA, "sources": {"public/ä.parquet": SHA}, "submission": {"a.csv": SHA}},
    }
    return plain | changes


def test_the_bytes_are_canonical() -> None:
    text = Result.model_validate(content()).to_bytes()
    assert text == Result.model_validate(dict(reversed(content().items()))).to_bytes()
    assert text.endswith(b"}\n")
    assert "public/ä.parquet".encode() in text
    assert Result.model_validate_json(text).to_bytes() == text


def test_a_float_comes_back_to_its_last_bit() -> None:
    value = 0.1 + 0.2
    score = {"value": value, "metric": "f1", "direction": "maximize"}
    assert json.loads(Result.model_validate(content(score=score)).to_bytes())["score"]["value"] == value


@pytest.mark.parametrize(
    "change",
    [
        {"score": {"value": float("nan"), "metric": "f1", "direction": "maximize"}},
        {"score": {"value": float("inf"), "metric": "f1", "direction": "maximize"}},
        {"score": {"value": None, "metric": "f1", "direction": "maximize"}},
        {"score": {"value": 1, "metric": "f1", "direction": "up"}},
        {"score": {"value": 1, "metric": "", "direction": "maximize"}},
        {"tasks": {"a": {"f1": float("-inf")}}},
        {"tasks": {"a": {"": 1.0}}},
        {"tasks": {"x" * 101: {"f1": 1.0}}},
        {"curves": {"a": [0.1, float("nan")]}},
        {"slices": {"a": {"selected": {"0": float("nan")}}}},
        {"data": {"dataset": "0", "sources": {}, "submission": {}}},
        {"data": {"dataset": SHA, "sources": {}}},
        {"format": 2},
        {"rank": 1},
    ],
    ids=str,
)
def test_what_is_no_result_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Result.model_validate(content(**change))
