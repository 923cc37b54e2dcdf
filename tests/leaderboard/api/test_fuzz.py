"""The API keeps to its schema for random requests of several kinds of users, and never answers with a 5xx.

``./run python -m tests.leaderboard.api.fuzz --cases 6000`` sends more of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from challenges.models import Phase
from tests.leaderboard.api.fuzz import world as worlds
from tests.leaderboard.api.fuzz.running import run

pytestmark = pytest.mark.django_db

CASES = int(os.environ.get("FUZZ_CASES", "1000"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))


@pytest.fixture(scope="module")
def world(load_for_module: Callable[..., Phase], tmp_path_factory: pytest.TempPathFactory) -> worlds.World:
    return worlds.make(load_for_module, tmp_path_factory.mktemp("fuzz"))


@pytest.mark.slow
def test_no_request_breaks_the_api(world: worlds.World, capsys: pytest.CaptureFixture[str]) -> None:
    tally = run(world, cases=CASES, seed=SEED)
    summary = "\n".join(tally.lines())
    if "FUZZ_CASES" in os.environ:
        with capsys.disabled():
            print(f"\n{summary}")
    assert tally.failed.total() == 0, summary
    assert tally.only_refused == []
    assert tally.cases.total() >= CASES
