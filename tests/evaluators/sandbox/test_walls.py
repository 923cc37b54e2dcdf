"""Each wall holds by itself: every attack, with the walls taken away in turn."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from evaluators.walls import landlock
from tests.evaluators.sandbox import walls
from tests.evaluators.sandbox.probes import PROBES
from tests.evaluators.sandbox.walls import COLUMNS, WALLS

# The sixth version of Landlock knows signals and abstract sockets.
pytestmark = [
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the calls' numbers are those of x86-64"),
    pytest.mark.skipif(landlock.version() < 6, reason="the table is that of Linux 6.12 and later"),
]

Answers = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    return walls.table(tmp_path_factory.mktemp("walls"))


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("attack", PROBES)
def test_an_attack_is_stopped_by_each_wall_that_should_stop_it(attack: str, column: str, answers: Answers) -> None:
    """Where none of the walls in place should, it succeeds: an attack that always fails would prove nothing."""
    stopped = answers[column][attack] != "done"
    assert stopped == bool(PROBES[attack] & COLUMNS[column]), answers[column][attack]


@pytest.mark.parametrize("column", ["all", "all but namespaces"])
def test_the_two_sandboxes_stop_every_attack(column: str, answers: Answers) -> None:
    assert {attack for attack, answer in answers[column].items() if answer == "done"} == set()


@pytest.mark.parametrize("version", range(1, 7))
def test_an_older_landlock_will_do(version: int, tmp_path: Path) -> None:
    """What the first versions don't know (truncating, TCP, signals), the filter refuses."""
    with walls.a_host(tmp_path) as host:
        found = walls.attack(COLUMNS["all but namespaces"], tmp_path, host, landlock=version)
    assert {attack for attack, answer in found.items() if answer == "done"} == set()


def test_every_wall_and_every_attack_is_in_the_table(answers: Answers) -> None:
    assert all(found.keys() == PROBES.keys() for found in answers.values())
    for wall in WALLS:
        assert any(wall in alone for alone in PROBES.values())
