"""This version starts on a data folder of an older one: nothing is lost, boards are equal, work continues.

The test uses only public interfaces: pages, API and commands.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live_site import LiveSite, wait_for
from tests.upgrade.state import BEFORE, api_boards, is_as_recorded, unpack
from tests.visitor import Visitor

pytestmark = pytest.mark.slow

SECONDS = 300


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LiveSite]:
    """This version on the old folder, without a worker yet."""
    # The folder has SQLite and files, whatever storage the other tests of this run use.
    settings = {name: "" for name in os.environ if name.startswith("RATCHET_") and name != "RATCHET_DATA_DIR"}
    settings |= {"RATCHET_DATABASE_URL": "", "RATCHET_BROKER_URL": "", "RATCHET_REAPER_SECONDS": "0.5"}
    data = tmp_path / "data"
    unpack(data, BEFORE["objects_of_the_demo"])
    site = LiveSite(tmp_path, **settings, RATCHET_DATA_DIR=str(data))
    site.environment["RATCHET_PUBLIC_URL"] = site.url
    try:
        site.start(worker=False)
        yield site
    finally:
        site.stop()


def test_a_folder_of_the_version_before_goes_on_under_this_one(site: LiveSite) -> None:
    _boards_are_equal(site)
    organizer = Visitor(site.url).sign_in("organizer", "choose-the-task")
    _results_are_the_same_bytes(organizer)
    _late_entry_stays_hidden(site)
    _pages_open(site, organizer)
    # Every start of the demo does this, too.
    site.manage("loaddemo")
    _boards_are_equal(site)

    site.start_worker()
    wait_for(site.is_healthy, what="a healthy site")
    _what_waited_is_done(site, organizer)
    _boards_are_equal(site)
    _drafts_go_on(organizer)
    _scored_again_it_is_the_same(site, organizer)
    _sent_again_it_is_the_same(site, organizer)


def _boards_are_equal(site: LiveSite) -> None:
    """Ranks, scores, order, data version, board versions and withdrawn entries."""
    for slug, before in BEFORE["challenges"].items():
        now = api_boards(site.get, slug)
        # The plain digest of that time was an oracle for hidden rows.
        for version in before["versions"]:
            version.pop("dataset", None)
        assert now == {name: before[name] for name in now}, slug
        assert site.get(f"challenges/{slug}/")["dataset"].startswith("hmac-sha256:"), slug


def _results_are_the_same_bytes(organizer: Visitor) -> None:
    """The text of every result that counts, for entries and baselines."""
    scored = [row for row in BEFORE["evaluations"] if row["is_current"] and row["result_sha256"]]
    assert len(scored) > 50
    for row in scored:
        result = organizer.read(f"/submissions/{row['submission']}/result.json")
        assert hashlib.sha256(result).hexdigest() == row["result_sha256"], row


def _late_entry_stays_hidden(site: LiveSite) -> None:
    """An entry submitted after the freeze is scored and visible only to its team; tokens are still valid."""
    late, token = BEFORE["late"], BEFORE["tokens"]["bob"]
    assert BEFORE["challenges"]["digits"]["frozen"]
    assert late not in json.dumps(site.get("challenges/digits/leaderboard/?all=1&page_size=500"))
    own = site.get(f"submissions/{late}/", token)
    row = _row(late)
    assert (own["status"], own["score"]) == ("succeeded", row["score"])
    statuses = {name: site.get(f"submissions/{BEFORE[name]}/", _token(name))["status"] for name in STATES}
    assert statuses == STATES


STATES = {"waiting": "queued", "cancelled": "cancelled", "errored": "errored"}


def _pages_open(site: LiveSite, organizer: Visitor) -> None:
    stranger = Visitor(site.url)
    for slug, board in BEFORE["challenges"].items():
        assert "<h1" in stranger.open(f"/challenges/{slug}/")
        shown = stranger.open(f"/challenges/{slug}/leaderboard/")
        assert all(entry["team"] in shown for entry in board["best"]), slug
        for version in board["versions"]:
            stranger.open(f"/challenges/{slug}/leaderboard/versions/{version['number']}/")
        stranger.open(f"/challenges/{slug}/announcements/")
        stranger.open(f"/challenges/{slug}/decisions/")
        organizer.open(f"/challenges/{slug}/organize/operations")
        organizer.open(f"/challenges/{slug}/organize/phases")
    ada = Visitor(site.url).sign_in("ada", BEFORE["passwords"]["ada"])
    assert "bob" in ada.open("/teams/night-shift/")
    assert "The board freezes" in ada.open("/notices/")
    assert 'name="budget"' in organizer.open("/challenges/half-way/organize/")
    for draft in BEFORE["drafts"]:
        organizer.open(f"/challenges/{draft}/organize/")


def _what_waited_is_done(site: LiveSite, organizer: Visitor) -> None:
    waiting, token = BEFORE["waiting"], _token("waiting")
    status = f"submissions/{waiting}/"
    wait_for(lambda: site.get(status, token)["status"] == "succeeded", seconds=SECONDS, every=0.2, what="the old entry")
    columns = "/challenges/files-wait/organize/columns"
    wait_for(lambda: 'name="test_share"' in organizer.open(columns), seconds=SECONDS, every=0.5, what="files read")
    readiness = "/challenges/dry-run-waits/organize/readiness"
    wait_for(lambda: _is_ready(organizer.open(readiness)), seconds=SECONDS, every=1, what="the old dry run")


def _is_ready(page: str) -> bool:
    """The button that publishes is shown and enabled."""
    buttons = re.findall(r'<button[^>]*value="publish"[^>]*>', page)
    return bool(buttons) and not any(" disabled" in button for button in buttons)


def _drafts_go_on(organizer: Visitor) -> None:
    """The old answers are there, and the next step of the half-finished draft can be completed with them."""
    columns = organizer.open("/challenges/half-way/organize/columns")
    assert re.search(r'<input[^>]*name="seed"[^>]*value="7"', columns)
    organizer.send("/challenges/half-way/organize/scoring", budget="12")
    texts = "/challenges/half-way/organize/texts"
    wait_for(lambda: 'name="summary"' in organizer.open(texts), seconds=SECONDS, every=0.3, what="the data")
    assert _is_ready(organizer.open("/challenges/ready-to-go/organize/readiness"))


def _scored_again_it_is_the_same(site: LiveSite, organizer: Visitor) -> None:
    row = next(row for row in BEFORE["evaluations"] if row["name"] == "proportional of ada")
    page = "/admin/leaderboard/submission/"
    chosen = {"action": "score_again", "_selected_action": [row["submission"]]}
    organizer.send(page, having="action", **chosen)
    own = wait_for(lambda: _finished(site, row["submission"], BEFORE["tokens"]["ada"]), seconds=SECONDS, what="a score")
    assert own["started"] > BEFORE["made_at"]
    result = organizer.read(f"/submissions/{row['submission']}/result.json")
    is_as_recorded(result, row)
    _boards_are_equal(site)


def _sent_again_it_is_the_same(site: LiveSite, organizer: Visitor) -> None:
    """The files of an old entry, submitted again, get the same score on the same board."""
    row = next(row for row in BEFORE["evaluations"] if row["name"] == "uniform of carla")
    token = BEFORE["tokens"]["carla"]
    carla = Visitor(site.url).sign_in("carla", BEFORE["passwords"]["carla"])
    named = [file["name"] for file in site.get(f"submissions/{row['submission']}/", token)["files"]]
    files = {name: carla.read(f"/submissions/{row['submission']}/files/{name}") for name in named}
    sent = site.submit(row["challenge"], files, token=token, name="once more")["id"]
    wait_for(lambda: _finished(site, sent, token), seconds=SECONDS, what="a score")
    is_as_recorded(organizer.read(f"/submissions/{sent}/result.json"), row)
    board = site.get(f"challenges/{row['challenge']}/leaderboard/?all=1&page_size=500")["entries"]
    places = [entry for entry in board if entry["name"] in ("once more", "uniform of carla")]
    assert [entry["name"] for entry in places] == ["uniform of carla", "once more"]
    assert places[0]["rank_all"] == places[1]["rank_all"]


def _finished(site: LiveSite, submission: str, token: str) -> Any:
    answer = site.get(f"submissions/{submission}/", token)
    return answer if answer["status"] == "succeeded" else None


def _row(submission: str) -> dict[str, Any]:
    return next(row for row in BEFORE["evaluations"] if row["submission"] == submission and row["is_current"])


def _token(name: str) -> str:
    return str(BEFORE["tokens"]["researcher" if name == "errored" else "carla"])
