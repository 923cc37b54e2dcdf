"""Every route of a challenge × every kind of reader; the table is in ``organizer_table``."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.core.cache import caches
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, resolve

from challenges.models import Challenge, Invitation, Phase, Role
from frontend import urls as page_urls
from leaderboard.api import urls as api_urls
from leaderboard.models import User
from leaderboard.teams import membership
from tests import factories
from tests.bundles import write_bundle
from tests.frontend.organizer_table import FORMS, READERS, TABLE
from tests.frontend.test_access import TABLE as PAGE_TABLE
from tests.leaderboard.api.test_permissions import TABLE as API_TABLE

STATES = ("public", "private", "draft")
WITH_ROLE = {"participant": "participant", "other": "participant", "judge": "judge", "organizer": "organizer"}


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("states")
    return {state: write_bundle(folder / state, slug=f"a-{state}", title=state.title()) for state in STATES}


@pytest.fixture(scope="module")
def made(load_for_module: Callable[..., Phase], bundles: dict[str, Path], tiny_bundle: Path) -> dict[str, str]:
    """A challenge in each state, with one submission on its board and one queued."""
    people = {name: factories.user(name, is_staff=name == "staff") for name in READERS if name != "visitor"}
    Role.objects.create(challenge=load_for_module(tiny_bundle).challenge, user=people["stranger"], name="owner")
    places = {}
    for state, bundle in bundles.items():
        phase = load_for_module(bundle)
        for who, role in (*WITH_ROLE.items(), ("owner", "owner")):
            Role.objects.create(challenge=phase.challenge, user=people[who], name=role)
        scored = factories.submission(phase, people["participant"], name=f"{state} scored")
        factories.evaluate(scored, 0.5)
        waiting = factories.submission(phase, people["participant"], name=f"{state} waiting")
        places |= {state: phase.challenge.slug, f"{state}_scored": scored.pk, f"{state}_waiting": waiting.pk}
    Challenge.objects.filter(slug="a-private").update(visibility="private")
    Challenge.objects.filter(slug="a-draft").update(status="draft")
    team = membership.create(people["participant"], "The two")
    membership.join(people["other"], membership.invite(team, people["participant"]))
    places |= {"team": team.slug, "team_secret": membership.invite(team, people["participant"])}
    private = Challenge.objects.get(slug="a-private")
    places["invitation"] = Invitation.objects.issue(private, "participant", by=people["owner"])[1]
    return {name: str(place) for name, place in places.items()}


@pytest.fixture
def world(made: dict[str, str], db: None) -> dict[str, str]:
    return made


@pytest.fixture
def people(made: dict[str, str], db: None) -> dict[str, AbstractUser]:
    """Everybody but the visitor."""
    return {user.username: user for user in User.objects.filter(username__in=READERS)}


@pytest.mark.parametrize("request_line", TABLE)
def test_the_table(request_line: str, world: dict[str, str], people: dict[str, AbstractUser]) -> None:
    method, address = request_line.format(**world).split(" ", 1)
    found = {reader: _status(method, address, people.get(reader)) for reader in READERS}
    assert found == dict(zip(READERS, map(int, TABLE[request_line].split()), strict=True))


def _status(method: str, address: str, user: AbstractUser | None) -> int:
    """The status for one reader. All changes are rolled back, so that every reader finds the same state."""
    caches["requests"].clear()
    client = Client()
    with transaction.atomic():
        if user is not None:
            client.force_login(user)
        answer = _answer(client, method, address)
        transaction.set_rollback(True)
    # If browsers can reach the object store, a file is served by a redirect to it.
    elsewhere = answer.status_code == 302 and "/files/" in address
    return 200 if elsewhere else answer.status_code


@pytest.mark.parametrize("request_line", [line for line in TABLE if line.startswith("POST /")])
def test_a_session_without_the_forms_token_changes_nothing(
    request_line: str, world: dict[str, str], people: dict[str, AbstractUser]
) -> None:
    """A page of somebody else's can send a form with the reader's session, but doesn't know the token in it."""
    address = request_line.format(**world).split(" ", 1)[1]
    caches["requests"].clear()
    client = Client(enforce_csrf_checks=True)
    for reader in ("owner", "staff"):
        client.force_login(people[reader])
        status = _answer(client, "POST", address).status_code
        # A link that stops e-mails is a secret itself, and works in mail programs by one click.
        assert status == (404 if address.startswith("/unsubscribe/") else 403)


def _answer(client: Client, method: str, address: str) -> HttpResponseBase:
    if method == "GET":
        return client.get(address)
    form = FORMS.get(resolve(address.split("?")[0]).view_name, dict)
    return client.post(address, form())


@pytest.mark.parametrize("reader", READERS)
def test_lists_show_what_is_public_and_what_one_has_a_role_in(
    world: dict[str, str], people: dict[str, AbstractUser], reader: str
) -> None:
    Challenge.objects.filter(slug="a-public").update(visibility="unlisted")
    client = Client()
    if reader in people:
        client.force_login(people[reader])
    slugs = {item["slug"] for item in client.get("/api/v1/challenges/").json()["results"]}
    home = client.get("/").content.decode()
    expected = {"tiny"}
    if reader not in ("visitor", "stranger"):
        expected |= {"a-public", "a-private"}
    if reader in ("judge", "organizer", "owner", "staff"):
        expected |= {"a-draft"}
    assert slugs == expected
    assert {slug for slug in ("tiny", "a-public", "a-private", "a-draft") if f"/challenges/{slug}/" in home} == expected


@pytest.mark.parametrize("reader", READERS)
def test_of_a_private_challenge_outsiders_read_nothing_they_sent_before(
    world: dict[str, str], people: dict[str, AbstractUser], reader: str
) -> None:
    """Nor their team mates' entries: without a role they find none of them in any list."""
    if reader == "visitor":
        return
    for own in people["participant"].memberships.all():
        own.team.memberships.get_or_create(user=people[reader])
    client = Client()
    client.force_login(people[reader])
    listed = {item["challenge"] for item in client.get("/api/v1/submissions/").json()["results"]}
    assert ("a-private" in listed) is (reader not in ("stranger", "staff"))
    assert ("private waiting" in client.get("/submissions/").content.decode()) is ("a-private" in listed)


def test_every_route_is_in_a_table(world: dict[str, str]) -> None:
    """Pages and API alike: a new route needs new lines in a table."""
    routes = {f"frontend:{pattern.name}" for pattern in page_urls.urlpatterns if pattern.name}
    routes |= {f"api:{pattern.name}" for pattern in api_urls.urlpatterns}
    here = [line.format(**world).split(" ", 1)[1] for line in TABLE]
    # The other tables use other placeholders for submissions; any id resolves to the same route.
    there = [re.sub(r"\{\w+\}", world["public_scored"], address) for address in PAGE_TABLE]
    known = set(filter(None, map(_route, here + there))) | {f"api:{row.name}" for row in API_TABLE}
    assert routes - known == set()


def _route(address: str) -> Any:
    try:
        return resolve(address.split("?")[0]).view_name
    except Resolver404:
        return None
