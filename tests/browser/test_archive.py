"""A challenge moves to a fresh site: its boards are the same to the byte, and its archived page opens from disk."""

from __future__ import annotations

import urllib.request
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.live_site import LiveSite

SLUG = "digits"


@pytest.fixture(scope="module")
def archive(site: LiveSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "digits.zip"
    site.manage("exportchallenge", SLUG, str(path))
    return path


def _board(site: LiveSite) -> bytes:
    with urllib.request.urlopen(f"{site.url}/api/v1/challenges/{SLUG}/board.json", timeout=30) as answer:
        content: bytes = answer.read()
    return content


def test_a_fresh_site_answers_the_same_bytes(site: LiveSite, archive: Path, tmp_path: Path, run_folder: Path) -> None:
    fresh = LiveSite(tmp_path / "fresh", run_folder)
    try:
        fresh.start(worker=False)
        fresh.manage("importchallenge", str(archive))
        board = _board(fresh)
    finally:
        fresh.stop()
    assert board == _board(site)
    with zipfile.ZipFile(archive) as opened:
        assert board == opened.read("board.json")


def test_the_board_opens_from_disk(site: LiveSite, archive: Path, tmp_path: Path, browser: Browser) -> None:
    with zipfile.ZipFile(archive) as opened:
        page_file = Path(opened.extract("index.html", tmp_path))
    entries = site.get(f"challenges/{SLUG}/leaderboard/?all=1")["entries"]
    # Offline: everything it needs is in the file.
    context = browser.new_context(offline=True)
    try:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(page_file.as_uri())
        rows = page.locator("table").first.locator("tbody tr").all()
        shown = [(row.locator("td").nth(0).inner_text(), row.locator("td").nth(2).inner_text()) for row in rows]
        assert shown == [(str(entry["rank_all"]), entry["name"]) for entry in entries]
        assert len(shown) > 3
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert complaints == []
    finally:
        context.close()
