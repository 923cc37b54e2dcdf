"""The addresses of the pages that notices, e-mails and the API refer to; ``settings.PAGE_PATH`` names this function."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from leaderboard.notifications.pages import Page, PageKind

VIEWS: Mapping[PageKind, str] = {
    PageKind.CHALLENGE: "challenge",
    PageKind.READINESS: "organize-readiness",
    PageKind.ANNOUNCEMENT: "announcements",
    PageKind.BOARD_CHANGES: "board-changes",
    PageKind.REVIEW: "submission",
    PageKind.NOTICES: "notices",
    PageKind.MAIL: "mail",
    PageKind.CONFIRM: "confirm",
    PageKind.UNSUBSCRIBE: "unsubscribe",
}


def page_path(page: Page) -> str:
    """The path of a page, with its query and the place on it."""
    about, place = page.about, ""
    if page.kind == PageKind.ANNOUNCEMENT:
        about, place = about[:1], f"#announcement-{about[1]}"
    elif page.kind == PageKind.BOARD_CHANGES and len(about) > 2:
        about, place = about[:2], f"?phase_id={about[2]}"
    elif page.kind == PageKind.REVIEW:
        place = "#review"
    return reverse(f"frontend:{VIEWS[page.kind]}", args=about) + place
