"""The demo as this version loads it: every baseline is chosen and scored to the bytes that the old site recorded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live_site import LiveSite
from tests.upgrade.state import BEFORE, DEMO, is_as_recorded, submission_of
from tests.visitor import Visitor

pytestmark = pytest.mark.slow

ROWS: list[dict[str, Any]] = [
    row for row in BEFORE["evaluations"] if row["baseline"] and row["is_current"] and (DEMO / row["challenge"]).is_dir()
]


@pytest.fixture(scope="module")
def organizer(demo_site: LiveSite) -> Visitor:
    return Visitor(demo_site.url).sign_in("organizer", "choose-the-task")


@pytest.fixture(scope="module")
def ids(demo_site: LiveSite) -> dict[tuple[str, str], str]:
    """Challenge and title of a baseline → its submission."""
    found = {}
    for slug in {row["challenge"] for row in ROWS}:
        for entry in demo_site.get(f"challenges/{slug}/leaderboard/?all=1&page_size=500")["entries"]:
            if entry["baseline"]:
                found[slug, entry["name"]] = submission_of(entry)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['challenge']} {row['baseline']}")
def test_a_baseline_has_the_same_bytes(
    row: dict[str, Any], organizer: Visitor, ids: dict[tuple[str, str], str]
) -> None:
    is_as_recorded(organizer.read(f"/submissions/{ids[row['challenge'], row['name']]}/result.json"), row)


def test_those_are_all_of_them(ids: dict[tuple[str, str], str]) -> None:
    assert len(ROWS) == 34
    assert {(row["challenge"], row["name"]) for row in ROWS} == ids.keys()


def test_on_noisy_digits_looking_beats_not_looking() -> None:
    """The recorded scores, which are this version's; the other demos are in the tests of their baselines."""
    scores = {row["baseline"]: row["score"] for row in ROWS if row["challenge"] == "noisy-digits"}
    assert max(score for name, score in scores.items() if name != "random") < scores["random"] - 0.2
