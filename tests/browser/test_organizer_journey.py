"""From two files to a published challenge with a board, in a browser and without code, with the time measured."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from leaderboard.management.demo import BUNDLES
from tests.browser.conftest import MakePage
from tests.live_site import LiveSite, wait_for

ROWS = 900
WAIT = 90_000
SCORED = 60_000


class Stopwatch:
    """Counts clicks and measures the wait after each."""

    def __init__(self) -> None:
        self.presses = 0
        self.lines: list[tuple[str, float]] = []
        self._begun = time.monotonic()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.lines.append((name, time.monotonic() - start))

    def press(self, page: Page, name: str) -> None:
        self.presses += 1
        page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).click()

    def __str__(self) -> str:
        whole = time.monotonic() - self._begun
        lines = [f"  {name:<44}{seconds:6.1f} s" for name, seconds in self.lines]
        return "\n".join(["", *lines, f"  {self.presses} presses, {whole:.1f} s in all"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> Iterator[LiveSite]:
    """An empty site."""
    running = LiveSite(tmp_path_factory.mktemp("empty"), run_folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Rows of a demo as an organizer would have them: embeddings with ids as parquet, labels as CSV."""
    table = pq.read_table(BUNDLES / "digits" / "hidden" / "test.parquet").slice(0, ROWS)
    paths = [tmp_path / "embeddings.parquet", tmp_path / "labels.csv"]
    pq.write_table(table.select(["id", "embedding"]), paths[0])
    pyarrow.csv.write_csv(table.select(["id", "label"]), paths[1])
    return paths


def sign_up(page: Page, site: LiveSite, name: str) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill("rows-over-models-7")
    page.get_by_label("Password (again)").fill("rows-over-models-7")
    page.get_by_role("button", name="Sign Up").click()
    expect(page.get_by_role("heading", name="Confirm your e-mail address")).to_be_visible()
    pattern = rf"To: {name}@example\.org[\s\S]*?(http://\S+/accounts/confirm-email/\S+/)"
    letters = wait_for(lambda: site.log_matches(pattern), what="a letter")
    page.goto(letters[-1])
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text(name).first).to_be_visible()


def test_from_two_files_to_a_board(
    new_page: MakePage, site: LiveSite, files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Stopwatch()
    # This time zone is nine hours ahead of the server's: if it were ignored, the phase would not be open yet.
    page = new_page(timezone_id="Asia/Tokyo")
    with watch.step("sign up"):
        sign_up(page, site, "maker")
    with watch.step("files: upload, and read by the worker"):
        page.goto("/organize/")
        page.get_by_role("link", name="New challenge").first.click()
        page.get_by_label("Title").fill("Digits in ten minutes")
        page.get_by_label("Files").set_input_files(files)
        watch.press(page, "Upload and go on")
        expect(page.get_by_role("heading", name="labels.csv")).to_be_visible(timeout=WAIT)
    with watch.step("columns and split: as guessed"):
        expect(page.get_by_label("Role of label")).to_have_value("label")
        watch.press(page, "Save and go on")
    with watch.step("scoring: as preset; the data are made"):
        watch.press(page, "Save and make the data")
        expect(page.get_by_label("Summary")).to_be_visible(timeout=WAIT)
    with watch.step("texts"):
        page.get_by_label("The task").fill("Choose *well*.")
        expect(page.locator("#preview-description em")).to_have_text("well")
        watch.press(page, "Save and go on")
    with watch.step("phases: one that is open"):
        expect(page.get_by_role("heading", name="The first phase")).to_be_visible()
        expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
        watch.press(page, "Save and go on")
    with watch.step("data: a look at the plots"):
        expect(page.get_by_role("heading", name="Map of the public rows")).to_be_visible()
        assert page.locator(".spots circle").count() > 100
        watch.press(page, "Go on to the readiness check")
    with watch.step("readiness: the dry run"):
        expect(page.get_by_role("button", name="Publish")).to_be_enabled(timeout=WAIT)
        assert page.locator("main svg.plot").count() > 0
        for box in page.locator("main input[type=checkbox]").all():
            watch.presses += 1
            box.check()
    with watch.step("publish"):
        watch.press(page, "Publish")
        page.wait_for_url("**/challenges/digits-in-ten-minutes/")
        expect(page.locator(".badge", has_text="open").first).to_be_visible()

    other = new_page(accept_downloads=True)
    with watch.step("somebody else: sign up, submit, scored"):
        sign_up(other, site, "taker")
        other.goto("/challenges/digits-in-ten-minutes/")
        with other.expect_download() as download:
            other.get_by_role("link", name="pool.parquet", exact=True).click()
        download.value.save_as(tmp_path / "pool.parquet")
        _submit(other, tmp_path)
        expect(other.locator("main .page-head .badge.succeeded")).to_be_visible(timeout=SCORED)
    with watch.step("the board"):
        other.get_by_role("link", name=re.compile("on the board")).click()
        expect(other.locator("tr.own")).to_contain_text("taker")
        assert other.locator("tr.baseline").count() > 1
    with capsys.disabled():
        print(watch)


def _submit(page: Page, folder: Path) -> None:
    """Submit the first rows of the pool, as many as the budget allows."""
    pool = pq.read_table(folder / "pool.parquet", columns=["id"])["id"].to_pylist()
    choice = folder / "choice.csv"
    page.get_by_role("link", name="Submit an entry").click()
    limits = page.get_by_text(re.compile(r"[Aa]t most \d+ (?!KiB|MiB|GiB|B\b)")).first.inner_text()
    budget = int(re.search(r"t most (\d+) (?!KiB|MiB|GiB|B\b)", limits)[1])  # type: ignore[index]
    choice.write_text("\n".join(["id", *pool[:budget]]) + "\n")
    page.get_by_label("Name of the entry").fill("the first rows")
    page.get_by_label("Files").set_input_files(choice)
    expect(page.locator("#check")).to_contain_text("This can be submitted")
    accept = page.get_by_role("checkbox", name=re.compile("rules"))
    if accept.count():
        accept.first.check()
    page.get_by_role("button", name="Submit", exact=True).click()
    page.wait_for_url("**/submissions/*/")
