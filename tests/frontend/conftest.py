from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from challenges.models import Phase
from leaderboard.models import Submission, User
from tests import factories


@pytest.fixture
def page(client: Client, user: User) -> Client:
    """A browser in which ada is signed in."""
    client.force_login(user)
    return client


@pytest.fixture
def other(db: None) -> User:
    return factories.user("mallory")


@pytest.fixture
def waiting(phase: Phase, user: User) -> Submission:
    return factories.submission(phase, user, name="still waiting")


@pytest.fixture
def on_board(phase: Phase, user: User) -> Submission:
    made = factories.submission(phase, user, name="first try")
    factories.evaluate(made, 0.625)
    return made


@pytest.fixture
def seen() -> Callable[[str], str]:
    """The mark that a page sends when it polls for news."""

    def mark_in(text: str) -> str:
        found = re.search(r"seen=([0-9a-f]+)", text)
        assert found is not None, "the page does not ask again"
        return found[1]

    return mark_in
