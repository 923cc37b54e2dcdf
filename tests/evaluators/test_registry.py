"""The registry: one name, one entry, and every entry can be loaded."""

from __future__ import annotations

import re

import pytest

from evaluators.registry import BASELINES, MODELS, BaselineInfo, Entry, _by_name
from evaluators.specification import NAME, Model


def test_a_name_used_twice_is_refused() -> None:
    entry = Entry("random", "Random", "evaluators.baselines.random:choose")
    with pytest.raises(RuntimeError, match="two entries called random"):
        _by_name([entry, entry])


@pytest.mark.parametrize("entry", [*MODELS.values(), *BASELINES.values()], ids=lambda entry: entry.name)
def test_every_entry_can_be_loaded_and_says_what_it_is(entry: Entry) -> None:
    assert callable(entry.load())
    assert entry.title
    assert re.fullmatch(NAME, entry.name)


@pytest.mark.parametrize("info", BASELINES.values(), ids=lambda info: info.name)
def test_a_baseline_says_where_it_comes_from(info: BaselineInfo) -> None:
    assert info.paper


def test_the_specification_knows_the_models_of_the_registry() -> None:
    assert set(Model.model_json_schema()["properties"]["name"]["enum"]) == set(MODELS)
