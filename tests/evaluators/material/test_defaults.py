"""The defaults of a draft come from the declarations of the models."""

from __future__ import annotations

import pytest

from evaluators.drafting.answers import Answers
from evaluators.learning.models.registry import MODELS, default_model
from evaluators.material.defaults import scoring
from tests.toys.nearest_mean import NearestMean


class RareAware(NearestMean):
    name = "rare-aware"
    one_against_all = {"scaled": True, "shrink": 0.5}


def test_a_model_says_what_it_needs_where_one_class_is_told_from_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, RareAware.name, RareAware)
    answers = Answers.model_validate({"scoring": {"model": "rare-aware", "parameters": {"shrink": 0.25}}})
    assert scoring(answers, "f1", binary=True)["model"] == {
        "name": "rare-aware",
        "parameters": {"shrink": 0.25, "scaled": True},
    }
    assert scoring(answers, "f1")["model"] == {"name": "rare-aware", "parameters": {"shrink": 0.25}}


def test_the_first_model_is_the_default() -> None:
    assert default_model() == next(iter(MODELS))
    assert scoring(Answers(), "f1", binary=True)["model"] == {"name": default_model(), "parameters": {"balanced": True}}
