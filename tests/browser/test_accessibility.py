"""axe-core finds nothing serious on any page, in light and in dark; no page is wider than a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import MakePage, accept_rules, sign_in

AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js").read_text(encoding="utf-8")

PUBLIC = (
    "/",
    "/challenges/rare-nouns/",
    "/challenges/digits/",
    "/challenges/digits/rows/",
    "/challenges/keywords/",
    "/challenges/noisy-digits/",
    "/challenges/noisy-digits/rows/?label=7",
    "/challenges/mended-digits/",
    "/challenges/gloss-market/",
    "/challenges/rare-nouns/leaderboard/",
    "/challenges/digits/leaderboard/?all=1",
    "/challenges/noisy-digits/leaderboard/",
    "/challenges/gloss-market/leaderboard/",
    "/accounts/login/?next=/challenges/digits/submit",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/confirm-email/",
    "/nothing/here",
)
OWN = (
    "/",
    "/submissions/",
    "/challenges/rare-nouns/submit",
    "/challenges/digits/submit",
    "/challenges/gloss-market/submit",
    "/teams/",
    "/accounts/tokens/",
    "/accounts/email/",
    "/accounts/password/change/",
)


def serious(page: Page) -> list[str]:
    # Evaluated instead of added as a script, which the content security policy would refuse.
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [
        f"{violation['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_for_everybody(new_page: MakePage, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    for path in PUBLIC:
        page.goto(path)
        assert serious(page) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_one_s_own(new_page: MakePage, scheme: str) -> None:
    page = sign_in(new_page(color_scheme=scheme))
    for path in OWN:
        page.goto(path)
        assert serious(page) == [], path
    page.goto("/challenges/digits/submit")
    page.get_by_label("Name of the entry").fill("раypal")
    page.get_by_label("Files").set_input_files({"name": "x.csv", "mimeType": "text/csv", "buffer": b"id\n"})
    expect(page.locator("#check .problems")).to_be_visible()
    assert serious(page) == []
    accept_rules(page)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert serious(page) == []


OUTCOMES = {
    "rare-nouns": "What was chosen",
    "noisy-digits": "Fix by fix",
    "mended-digits": "What became of the labels",
    "gloss-market": "What was bought",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_submission(new_page: MakePage, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    for slug, heading in OUTCOMES.items():
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"/challenges/{slug}/leaderboard/")
        page.locator(".board .method a").first.click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        assert serious(page) == [], slug
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == 390, slug


def test_no_page_is_wider_than_a_phone(new_page: MakePage) -> None:
    page = sign_in(new_page(viewport={"width": 390, "height": 800}))
    for path in (*PUBLIC, *OWN):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, path


def test_on_a_phone_the_board_shows_rank_team_and_score_at_once(new_page: MakePage) -> None:
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto("/challenges/rare-nouns/leaderboard/")
    for cell in (".rank", ".team", ".score"):
        box = page.locator(f".board tbody tr {cell}").first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
