"""The number of queries of a page does not depend on how much it shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from challenges.models import Phase
from leaderboard.models import User
from tests import factories

# Two queries load the session and the account; pages of a challenge also ask whether the reader organizes it.
COSTS = {
    "/": 8,
    "/challenges/tiny/": 8,
    "/challenges/tiny/leaderboard/": 15,
    "/challenges/tiny/leaderboard/?all=1": 15,
    "/challenges/tiny/leaderboard/versions/": 8,
    "/notices/": 4,
    "/challenges/tiny/submit": 11,
    "/submissions/": 6,
    "/accounts/tokens/": 4,
}


def _fill(phase: Phase, user: User, entries: int) -> None:
    for number in range(entries):
        factories.evaluate(factories.submission(phase, user, name=f"entry {number}"), 0.3 + number / 100)
        factories.evaluate(factories.submission(phase, factories.user(f"user{number}-{entries}")), 0.4 + number / 100)


@pytest.mark.parametrize("address", COSTS)
def test_the_number_of_queries_is_bounded(
    address: str,
    page: Client,
    phase: Phase,
    user: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _fill(phase, user, 1)
    with django_assert_max_num_queries(COSTS[address]) as few:
        assert page.get(address).status_code == 200
    _fill(phase, user, 3)
    with django_assert_num_queries(len(few)):
        assert page.get(address).status_code == 200


def test_the_page_of_a_submission(
    page: Client, phase: Phase, user: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = factories.submission(phase, user)
    factories.evaluate(made, 0.5)
    # Three of them are for its review: the decisions, and the reader's roles.
    with django_assert_max_num_queries(12):
        assert page.get(f"/submissions/{made.pk}/").status_code == 200


def test_a_poll_that_finds_nothing_new_is_cheap(
    page: Client,
    phase: Phase,
    user: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    seen: Callable[[str], str],
) -> None:
    made = factories.submission(phase, user)
    address = f"/submissions/{made.pk}/"
    mark = seen(page.get(address).content.decode())
    with django_assert_max_num_queries(8):
        answer = page.get(address, {"seen": mark}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
