"""The corpus sent to the site by page and API: status 400, the same messages, no quota used, nothing stored."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from challenges.members.rules import rules_sha256, take_part
from challenges.models import Phase
from leaderboard.models import Evaluation, Submission, SubmissionFile, User
from leaderboard.submissions.quota import quota
from leaderboard.teams.teams import personal_team
from tests.hostile.corpus import CASES, Case
from tests.memory import forget_peak, peak

BOUNDARY = "----corpus"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
MEBIBYTE = 1024 * 1024

# Browsers write a line break in a name as %0A, which leaves a plain name.
every_case = pytest.mark.parametrize(
    "case", [case for case in CASES if not any("\n" in name for name, _ in case.send)], ids=str
)

Load = Callable[..., Phase]
Api = Callable[[User | None], Client]


def body(files: list[tuple[str, bytes]], name: str = "mine") -> bytes:
    """A form's body as a browser writes it; the test client's own would remove folders from the names."""
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="name"\r\n\r\n{name}\r\n'.encode()]
    for sent, content in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{sent}"\r\n\r\n'
        parts += [head.encode(), content, b"\r\n"]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def form(case: Case) -> bytes:
    return body([(upload.name, upload.content) for upload in case.uploads])


def objects(settings: LazySettings) -> set[Path]:
    return {path for path in Path(settings.OBJECTS_DIR).rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def challenges(load_for_module: Load, bundles: dict[str, Path]) -> dict[str, int]:
    return {slug: load_for_module(bundle, daily_limit=1).pk for slug, bundle in bundles.items()}


@pytest.fixture
def challenge(case: Case, challenges: dict[str, int], db: None) -> Phase:
    return Phase.objects.get(pk=challenges[case.challenge])


@every_case
def test_the_api_says_the_same_and_keeps_nothing(
    case: Case, challenge: Phase, user: User, api: Api, settings: LazySettings
) -> None:
    before = objects(settings)
    client, url = api(user), f"/api/v1/challenges/{case.challenge}"
    checked = client.post(f"{url}/check/", form(case), content_type=FORM)
    assert objects(settings) == before
    answer = client.post(f"{url}/submissions/", form(case), content_type=FORM)
    if case.accepted:
        assert (checked.status_code, answer.status_code) == (200, 201), answer.json()
        assert Submission.objects.get().check_report["lines"] == list(case.accepted)
        return
    assert (checked.status_code, answer.status_code) == (400, 400)
    assert answer["Content-Type"] == "application/problem+json"
    assert checked.json()["detail"] == answer.json()["detail"] == case.message
    assert len(answer.json()["problems"]) == len(case.refused)
    assert quota(challenge, personal_team(user)).daily_left == 1
    assert not Submission.objects.exists()
    assert not Evaluation.objects.exists()
    assert not SubmissionFile.objects.exists()
    assert objects(settings) == before


@every_case
def test_the_page_says_the_same(case: Case, challenge: Phase, user: User, client: Client) -> None:
    take_part(user, challenge, accepted=rules_sha256(challenge))
    client.force_login(user)
    answer = client.post(f"/challenges/{case.challenge}/submit", form(case), content_type=FORM)
    if case.accepted:
        assert answer.status_code == 302
        return
    assert answer.status_code == 400
    problems = answer.context["problems"]
    assert [str(problem) for problem in problems] == list(case.refused)
    page = html.unescape(answer.content.decode()).casefold()  # sentences begin with a capital there
    for problem in problems:
        assert problem.message.casefold() in page
        assert problem.remedy.casefold() in page
    assert not Submission.objects.exists()


@pytest.mark.usefixtures("challenges")
def test_markup_in_a_file_is_only_ever_text(user: User, client: Client) -> None:
    client.force_login(user)
    case = next(case for case in CASES if "markup.csv" in str(case))
    answer = client.post("/challenges/things/submit", form(case), content_type=FORM)
    assert b"<script>alert" not in answer.content
    assert b"<img src=x" not in answer.content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in answer.content


@pytest.mark.usefixtures("challenges")
@pytest.mark.parametrize("name", ["", "mine \u202eenim", "m\u0456ne", "x" * 81, "a\0b", "\u200b", "z" + "\u0335" * 9])
def test_a_submissions_name_is_checked_too(name: str, user: User, api: Api, settings: LazySettings) -> None:
    """Empty, with reordering characters, of mixed scripts, too long, invisible."""
    before = objects(settings)
    files = [("things.csv", CASES[0].uploads[0].content)]
    answer = api(user).post("/api/v1/challenges/things/submissions/", body(files, name), content_type=FORM)
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["field"] == "name"
    assert not Submission.objects.exists()
    assert objects(settings) == before


class Endless:
    """A request body that is generated while it is read."""

    def __init__(self, start: bytes, size: int) -> None:
        self.start, self.left = start, size

    def read(self, size: int = -1) -> bytes:
        piece = self.start[:size] if self.start else b"a" * min(size if size >= 0 else MEBIBYTE, self.left)
        self.start = self.start[len(piece) :]
        self.left -= len(piece)
        return piece

    readline = read


@pytest.mark.slow
@pytest.mark.usefixtures("challenges")
def test_one_line_of_a_gibibyte(user: User, api: Api, settings: LazySettings) -> None:
    before = objects(settings)
    start = body([("things.csv", b"id,label\n")])[: -len(f"\r\n--{BOUNDARY}--\r\n")]
    size = 1024 * MEBIBYTE
    environment: dict[str, Any] = {
        "wsgi.input": Endless(start, size),
        "CONTENT_LENGTH": str(size),
        "CONTENT_TYPE": FORM,
    }
    client = api(user)
    forget_peak()
    base = peak()
    answer = client.generic("POST", "/api/v1/challenges/things/submissions/", **environment)
    assert peak() - base < 100 * 1024
    assert answer.status_code == 400
    assert "things.csv: is larger than 16 MiB" in answer.json()["detail"]
    assert not Submission.objects.exists()
    assert objects(settings) == before
