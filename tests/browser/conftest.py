"""A real site and a real browser. Without Chromium the tests are skipped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from leaderboard.management.demo import ACCOUNTS
from tests.live_site import LiveSite

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MILLISECONDS = 30_000

MakePage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"))


@pytest.fixture(scope="package")
def site(demo_site: LiveSite) -> LiveSite:
    return demo_site


# Package scope: while Playwright runs, Django considers this thread asynchronous, so Playwright must stop before the
# tests of other folders.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def new_page(browser: Browser, site: LiveSite) -> Iterator[MakePage]:
    """Pages of the demo site, see ``pages_of``."""
    with pages_of(browser, site.url) as make:
        yield make


@contextmanager
def pages_of(browser: Browser, url: str) -> Iterator[MakePage]:
    """Pages in a fresh browser context. An error on any page's console fails the test, CSP violations included.

    Pages of other sites, like a sign-in provider's, may complain.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(**options: Any) -> Page:
        context = browser.new_context(base_url=url, **options)
        context.set_default_timeout(MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        ours = urlsplit(url).netloc
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and urlsplit(page.url).netloc == ours
                else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert [text for text in complaints if not any(part in text for part in ASKED_FOR)] == []


ASKED_FOR = (
    "the server responded with a status of 4",  # Chromium logs every 4xx as an error of the page
    "htmx:sendAbort",  # a check of files was aborted because others were chosen
    "htmx:afterRequest",  # the same
)


def sign_in(page: Page) -> Page:
    """Sign in as the demo's participant."""
    enter_password(page, ACCOUNTS[0].username, ACCOUNTS[0].password)
    # "**/" would match the sign-in page, too.
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    return page


def enter_password(page: Page, username: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Login").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign In", exact=True).click()


def accept_rules(page: Page) -> None:
    """Accept the rules on the upload page; the checkbox is missing for users who accepted them before."""
    box = page.get_by_label("I accept these rules")
    if box.count():
        box.check()
