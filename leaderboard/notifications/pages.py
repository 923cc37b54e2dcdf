"""Which page a notice, an e-mail or an answer of the API refers to: its kind and what it is about.

The page layer knows the addresses; ``settings.PAGE_PATH`` names its function. So a notice that was written long ago
leads to the right page even if addresses have changed since.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.module_loading import import_string


class PageKind(StrEnum):
    """Each kind with what it is about, in the order of ``Page.about``."""

    CHALLENGE = "challenge"  # slug
    READINESS = "readiness"  # slug
    ANNOUNCEMENT = "announcement"  # slug of the challenge, id
    BOARD_CHANGES = "board-changes"  # slug of the challenge, number of the version, id of the phase (new ones)
    REVIEW = "review"  # id of the submission
    NOTICES = "notices"
    MAIL = "mail"
    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"  # signed token


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the site. Slugs, ids and tokens have no spaces, so its text can be read back."""

    kind: PageKind
    about: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.kind, *self.about))


def path_of(stored: str) -> str:
    """The path of a stored page; empty if there is none, or if a newer version stored one of a kind not known here.

    Notices written by older versions hold the path itself.
    """
    if stored.startswith("/"):
        return stored
    kind, *about = stored.split(" ")
    if kind not in set(PageKind):
        return ""
    path: str = import_string(settings.PAGE_PATH)(Page(PageKind(kind), tuple(about)))
    return path


def address_of(page: Page) -> str:
    """The whole address, for e-mails and the API."""
    return f"{settings.PUBLIC_URL}{path_of(str(page))}"
