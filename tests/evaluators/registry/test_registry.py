"""The registry: names are unique, and every entry can be loaded."""

from __future__ import annotations

import re

import pytest

from evaluators.learning.entries import by_name, load
from evaluators.registry import BASELINES, IMPORTERS, SCORERS, BaselineInfo, RegistryEntry, ScorerInfo
from evaluators.specification.challenge import NAME
from evaluators.specification.kinds import KINDS

ALL_BASELINES = [info for kind in BASELINES.values() for info in kind.values()]


def test_a_name_used_twice_is_refused() -> None:
    entry = RegistryEntry("random", "Random", "evaluators.kinds.selection.baselines.random:choose")
    with pytest.raises(RuntimeError, match="two entries called random"):
        by_name([entry, entry])


@pytest.mark.parametrize("entry", [*IMPORTERS.values(), *ALL_BASELINES], ids=lambda entry: entry.location)
def test_every_entry_can_be_loaded_and_says_what_it_is(entry: RegistryEntry) -> None:
    assert callable(entry.load())
    assert entry.title
    assert re.fullmatch(NAME, entry.name)


@pytest.mark.parametrize("info", ALL_BASELINES, ids=lambda info: info.location)
def test_a_baseline_says_where_it_comes_from(info: BaselineInfo) -> None:
    assert info.paper


@pytest.mark.parametrize("info", SCORERS, ids=lambda info: f"{info.of}:{info.name}")
def test_every_scorer_can_be_loaded(info: ScorerInfo) -> None:
    assert callable(load(info.reading))
    assert callable(info.load())
    assert re.fullmatch(r"\d+\.\d+\.\d+", info.version)


def test_a_challenge_has_one_scorer_of_a_name() -> None:
    assert len({(info.of, info.name) for info in SCORERS}) == len(SCORERS)
    assert set(BASELINES) == set(KINDS)
