"""The registry: names are unique, and every entry can be loaded."""

from __future__ import annotations

import re

import pytest

from evaluators.bundles.importers import IMPORTERS
from evaluators.learning.entries import by_name
from evaluators.registry import RegistryEntry
from evaluators.specification.challenge import NAME


def test_a_name_used_twice_is_refused() -> None:
    entry = RegistryEntry("random", "Random", "evaluators.kinds.selection.baselines.random:choose")
    with pytest.raises(RuntimeError, match="two entries called random"):
        by_name([entry, entry])


@pytest.mark.parametrize("entry", IMPORTERS.values(), ids=lambda entry: entry.location)
def test_every_entry_can_be_loaded_and_says_what_it_is(entry: RegistryEntry) -> None:
    assert callable(entry.load())
    assert entry.title
    assert re.fullmatch(NAME, entry.name)
