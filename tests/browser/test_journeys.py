"""Whole journeys through the real site: from signing up to the board, without scripts, and with only the keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import MakePage, accept_rules, sign_in
from tests.live_site import LiveSite, wait_for

SCORED = 60_000
WRONG = "task,id\nfood,no-such-row\nbody,no-such-row\nevent,no-such-row\n"


@pytest.fixture
def choice(new_page: MakePage, tmp_path: Path) -> Path:
    """A CSV made from the downloaded pool: rows of each concept and as many others."""
    page = new_page(accept_downloads=True)
    page.goto("/challenges/rare-nouns/")
    return write_choice(page, tmp_path)


def write_choice(page: Page, folder: Path) -> Path:
    rows: list[tuple[str, str]] = []
    for link in page.get_by_role("link", name=re.compile(r"^pool-\d\.parquet$")).all():
        with page.expect_download() as download:
            link.click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        table = pq.read_table(path, columns=["id", "category"])
        rows += zip(table["id"].to_pylist(), table["category"].to_pylist(), strict=True)
    lines = ["task,id"]
    for task in ("food", "body", "event"):
        positive = [name for name, label in rows if label == f"noun.{task}"][:40]
        others = [name for name, label in rows if label != f"noun.{task}"][:60]
        lines += [f"{task},{name}" for name in positive + others]
    target = folder / "choice.csv"
    target.write_text("\n".join(lines) + "\n")
    return target


def test_from_sign_up_to_the_board(new_page: MakePage, site: LiveSite, tmp_path: Path) -> None:
    page = new_page(accept_downloads=True, timezone_id="Asia/Tokyo")
    page.goto("/")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Email").fill("newcomer@example.org")
    page.get_by_label("Username").fill("newcomer")
    page.get_by_label("Password", exact=True).fill("rows-over-models-7")
    page.get_by_label("Password (again)").fill("rows-over-models-7")
    page.get_by_role("button", name="Sign Up").click()
    expect(page.get_by_role("heading", name="Confirm your e-mail address")).to_be_visible()

    letters = wait_for(lambda: site.log_matches(r"http://\S+/accounts/confirm-email/\S+/"), what="a letter")
    page.goto(letters[-1])
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("newcomer").first).to_be_visible()

    page.goto("/")
    page.get_by_role("link", name="Rare nouns", exact=True).click()
    upload = write_choice(page, tmp_path)
    page.get_by_role("link", name="Submit an entry").click()
    page.get_by_label("Name of the entry").fill("forty and sixty")

    # First an invalid file: the instant check names the line, and no submission is used up.
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(WRONG)
    page.get_by_label("Files").set_input_files(wrong)
    expect(page.locator("#check .problems")).to_contain_text("wrong.csv, line 2")
    page.get_by_label("Files").set_input_files(upload)
    expect(page.locator("#check")).to_contain_text("This can be submitted")
    expect(page.locator("#check")).to_contain_text("100 of 100 rows")
    accept_rules(page)
    page.get_by_role("button", name="Submit").click()

    page.wait_for_url("**/submissions/*/")
    assert page.locator("main .badge.succeeded").count() == 0, "it was scored before anyone could watch"
    page.evaluate("window.sameDocument = true")
    expect(page.locator("main .page-head .badge.succeeded")).to_be_visible(timeout=SCORED)
    assert page.evaluate("window.sameDocument") is True
    expect(page.get_by_role("heading", name="Scores", exact=True)).to_be_visible()
    assert page.locator("[hx-get]").count() == 0

    moment = page.locator("main time").first
    assert "UTC" in (moment.get_attribute("title") or "")
    assert "UTC" not in moment.inner_text()

    page.get_by_role("link", name=re.compile("on the board")).click()
    own = page.locator("tr.own")
    expect(own).to_contain_text("newcomer")
    expect(own).to_contain_text("forty and sixty")
    entries = site.get("challenges/rare-nouns/leaderboard/")["entries"]
    mine = next(entry for entry in entries if entry["team"] == "newcomer")
    expect(own.locator(".score")).to_have_text(f"{mine['score']:.4f}")


def test_without_scripts(new_page: MakePage, choice: Path, tmp_path: Path) -> None:
    page = sign_in(new_page(java_script_enabled=False))
    page.goto("/challenges/rare-nouns/submit")
    page.get_by_label("Name of the entry").fill("without scripts")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(WRONG)
    page.get_by_label("Files").set_input_files(wrong)
    accept_rules(page)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_contain_text("line 2")
    expect(page.get_by_label("Name of the entry")).to_have_value("without scripts")
    page.get_by_label("Files").set_input_files(choice)
    page.get_by_role("button", name="Only check").click()
    expect(page.get_by_text("This can be submitted")).to_be_visible()
    page.get_by_label("Files").set_input_files(choice)
    accept_rules(page)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/submissions/*/")
    # The page reloads by itself.
    expect(page.locator("main .page-head .badge.succeeded")).to_be_visible(timeout=SCORED)
    page.goto("/challenges/rare-nouns/leaderboard/?all=1")
    expect(page.locator("tr.own", has_text="without scripts")).to_be_visible()


def test_by_keyboard_alone(new_page: MakePage, choice: Path) -> None:
    page = sign_in(new_page())
    # Chromium passes dialogs to Playwright once a listener is registered; before that a key press might be missed.
    page.on("filechooser", lambda chooser: None)
    page.goto("/challenges/rare-nouns/submit")
    page.keyboard.press("Tab")
    assert _focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    _tab_to(page, "#name")
    page.keyboard.type("by keyboard")
    _tab_to(page, "#files")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(choice)
    expect(page.locator("#check")).to_contain_text("This can be submitted")
    if page.locator("#accept_rules").count():
        _tab_to(page, "#accept_rules")
        page.keyboard.press("Space")
    _tab_to(page, "button[value=submit]")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/submissions/*/")
    expect(page.locator("main .page-head .badge.succeeded")).to_be_visible(timeout=SCORED)


def test_a_file_can_be_dropped(new_page: MakePage, choice: Path) -> None:
    page = sign_in(new_page())
    page.goto("/challenges/rare-nouns/submit")
    dropped = page.evaluate_handle(
        """(text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], "choice.csv", {type: "text/csv"}));
            return data;
        }""",
        choice.read_text(),
    )
    page.locator("[data-drop]").dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.locator("#check")).to_contain_text("This can be submitted")


def test_colours_and_menus(new_page: MakePage) -> None:
    page = new_page(color_scheme="light")
    page.goto("/")
    light = _ground(page)
    page.get_by_label("Colours").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert _ground(page) != light
    page.get_by_label("Colours").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Light")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Light")).to_be_hidden()


def _ground(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def _focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.textContent.trim()")
    return text


def _tab_to(page: Page, selector: str, limit: int = 30) -> None:
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by {limit} presses of Tab")


def test_the_task_of_each_file_can_be_chosen(new_page: MakePage) -> None:
    page = sign_in(new_page())
    page.goto("/challenges/gloss-market/submit")
    nothing = {"food": 8, "body": 7, "artifact": 9}
    files = {"mine.txt": "food", "best_body.txt": "body", "things.txt": "artifact"}
    page.get_by_label("Files").set_input_files(
        [
            {"name": name, "mimeType": "text/plain", "buffer": ",".join("0" * nothing[task]).encode()}
            for name, task in files.items()
        ]
    )
    expect(page.locator("#check")).to_contain_text("its name is not that of a task", ignore_case=True)
    # A file name that names a task is recognized; the user is not asked.
    expect(page.get_by_label("best_body.txt")).to_have_value("body")
    page.get_by_label("mine.txt").select_option("food")
    expect(page.locator("#check .where")).to_contain_text("things.txt")
    page.get_by_label("things.txt").select_option("artifact")
    expect(page.locator("#check")).to_contain_text("This can be submitted")
    expect(page.locator("#check")).to_contain_text("food_mine.txt")
    page.get_by_label("Name of the entry").fill("nothing at all")
    accept_rules(page)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/submissions/*/")
    expect(page.get_by_role("link", name="artifact_things.txt")).to_be_visible()
