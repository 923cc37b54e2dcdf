"""The permission table: every route of the API and the operator's pages, for every kind of visitor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from challenges.models import Challenge, Phase
from leaderboard.api import urls as api_urls
from leaderboard.models import Submission, User
from tests import factories
from tests.bundles import write_bundle

Api = Callable[[User | None], Client]

VISITORS = ("visitor", "participant", "other", "staff")
PUBLISHED, DRAFT = "tiny", "draft"


@dataclass(frozen=True)
class Row:
    """One route, with the expected status for each of ``VISITORS``; "participant" is the author of the submissions."""

    name: str
    method: str
    path: str
    visitor: int
    participant: int
    other: int
    staff: int


TABLE = [
    Row("schema", "GET", "schema/", 200, 200, 200, 200),
    Row("docs", "GET", "docs/", 200, 200, 200, 200),
    Row("challenge-list", "GET", "challenges/", 200, 200, 200, 200),
    Row("challenge-detail", "GET", "challenges/{open}/", 200, 200, 200, 200),
    Row("challenge-detail", "GET", "challenges/{draft}/", 404, 404, 404, 200),
    Row("challenge-files", "GET", "challenges/{open}/files/", 200, 200, 200, 200),
    Row("challenge-files", "GET", "challenges/{draft}/files/", 404, 404, 404, 200),
    Row("challenge-file", "GET", "challenges/{open}/files/public/pool.parquet", 200, 200, 200, 200),
    Row("challenge-file", "GET", "challenges/{open}/files/hidden/test.parquet", 404, 404, 404, 404),
    Row("challenge-file", "GET", "challenges/{draft}/files/public/pool.parquet", 404, 404, 404, 200),
    Row("challenge-file", "GET", "challenges/{draft}/files/hidden/test.parquet", 404, 404, 404, 404),
    Row("challenge-leaderboard", "GET", "challenges/{open}/leaderboard/", 200, 200, 200, 200),
    Row("challenge-leaderboard", "GET", "challenges/{draft}/leaderboard/", 404, 404, 404, 200),
    Row("challenge-leaderboard-csv", "GET", "challenges/{open}/leaderboard.csv", 200, 200, 200, 200),
    Row("challenge-leaderboard-csv", "GET", "challenges/{draft}/leaderboard.csv", 404, 404, 404, 200),
    Row("challenge-board-versions", "GET", "challenges/{open}/leaderboard/versions/", 200, 200, 200, 200),
    Row("challenge-board-versions", "GET", "challenges/{draft}/leaderboard/versions/", 404, 404, 404, 200),
    Row("challenge-board-version", "GET", "challenges/{open}/leaderboard/versions/1/", 200, 200, 200, 200),
    Row("challenge-board-version", "GET", "challenges/{draft}/leaderboard/versions/1/", 404, 404, 404, 200),
    # The first version has no changes.
    Row("challenge-board-changes-csv", "GET", "challenges/{open}/leaderboard/versions/1/changes.csv", *[404] * 4),
    Row("challenge-check", "POST", "challenges/{open}/check/", 401, 200, 200, 200),
    Row("challenge-check", "POST", "challenges/{draft}/check/", 401, 404, 404, 403),
    Row("challenge-submissions", "POST", "challenges/{open}/submissions/", 401, 201, 201, 201),
    # Staff can see a draft, but nobody can submit to it.
    Row("challenge-submissions", "POST", "challenges/{draft}/submissions/", 401, 404, 404, 403),
    Row("challenge-submissions", "GET", "challenges/{open}/submissions/", 401, 200, 200, 200),
    Row("challenge-submissions", "GET", "challenges/{draft}/submissions/", 401, 404, 404, 200),
    # The evaluation of the participant's submission.
    Row("job", "GET", "jobs/{job}/", 401, 200, 404, 404),
    Row("submission-list", "GET", "submissions/", 401, 200, 200, 200),
    Row("submission-detail", "GET", "submissions/{waiting}/", 404, 200, 404, 200),
    Row("submission-detail", "GET", "submissions/{scored}/", 200, 200, 200, 200),
    Row("submission-detail", "GET", "submissions/{in_draft}/", 404, 200, 404, 200),
]


@pytest.fixture(scope="module")
def made(load_for_module: Callable[..., Phase], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("permissions")
    user = factories.user("ada")
    opened = load_for_module(write_bundle(folder / "a"))
    hidden = load_for_module(write_bundle(folder / "b", slug=DRAFT, title="Draft"))
    scored = factories.submission(opened, user, name="scored")
    factories.evaluate(scored, 0.5)
    in_draft = factories.submission(hidden, user, name="in draft")
    factories.evaluate(in_draft, 0.5)
    Challenge.objects.filter(slug=DRAFT).update(status="draft")
    waiting = factories.submission(opened, user, name="waiting")
    return {
        "open": PUBLISHED,
        "draft": DRAFT,
        "waiting": str(waiting.pk),
        "job": str(waiting.evaluation.job_id),
        "scored": str(scored.pk),
        "in_draft": str(in_draft.pk),
    }


@pytest.fixture
def places(made: dict[str, str], db: None) -> dict[str, str]:
    return made


@pytest.fixture
def user(made: dict[str, str], db: None) -> User:
    return User.objects.get(username="ada")


@pytest.mark.parametrize("who", VISITORS)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.path}")
def test_the_table(places: dict[str, str], user: User, staff: User, api: Api, row: Row, who: str) -> None:
    account = {"visitor": None, "participant": user, "staff": staff}.get(who) or (
        factories.user("eve") if who == "other" else None
    )
    client = api(account)
    path = "/api/v1/" + row.path.format(**places)
    if row.method == "POST":
        answer = client.post(path, {"name": "new", "files": factories.form_files()})
    else:
        answer = client.get(path)
    # With a store that browsers can reach, the response is a redirect to it.
    got = 200 if answer.status_code == 302 else answer.status_code
    assert got == getattr(row, who), answer.content[:500] if not answer.streaming else b""


def test_the_table_names_routes() -> None:
    """``test_organizer_access`` tests that every route is in this table or in the larger one there."""
    assert {row.name for row in TABLE} <= {pattern.name for pattern in api_urls.urlpatterns}


@pytest.mark.parametrize("who", VISITORS)
def test_lists_hold_only_what_one_may_see(places: dict[str, str], user: User, staff: User, api: Api, who: str) -> None:
    account = {"visitor": None, "participant": user, "other": factories.user("eve"), "staff": staff}[who]
    client = api(account)
    slugs = {item["slug"] for item in client.get("/api/v1/challenges/").json()["results"]}
    assert slugs == ({PUBLISHED, DRAFT} if who == "staff" else {PUBLISHED})
    if account is not None:
        own = {item["name"] for item in client.get("/api/v1/submissions/").json()["results"]}
        assert own == ({"scored", "in draft", "waiting"} if who == "participant" else set())


def test_every_page_of_the_admin_is_closed_to_others(places: dict[str, str], user: User) -> None:
    paths = [f"/admin/{path}" for path in _admin_lists()]
    assert len(paths) > 8
    for client in (Client(), _logged_in(user)):
        for path in paths:
            assert client.get(path).status_code in (302, 403), path


def _logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _admin_lists() -> list[str]:
    admin = next(p for p in get_resolver().url_patterns if isinstance(p, URLResolver) and p.app_name == "admin")
    return [
        str(pattern.pattern)
        for pattern in admin.url_patterns
        if isinstance(pattern, URLResolver) and any(isinstance(inner, URLPattern) for inner in pattern.url_patterns)
    ]


def test_a_team_mate_reads_what_the_team_sent(places: dict[str, str], user: User, api: Api) -> None:
    mate = factories.user("bob")
    url = f"/api/v1/submissions/{places['waiting']}/"
    assert api(mate).get(url).status_code == 404
    Submission.objects.get(pk=places["waiting"]).team.memberships.create(user=mate)
    body = api(mate).get(url).json()
    assert "files" in body
