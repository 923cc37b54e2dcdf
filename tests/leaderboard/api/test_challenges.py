from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from challenges.models import Challenge, DataFile, Phase
from challenges.publishing.publishing import archive
from leaderboard.models import User
from tests import factories, kinds

Api = Callable[[User | None], Client]
URL = "/api/v1/challenges/"


def test_the_list(phase: Phase) -> None:
    answer = Client().get(URL)
    (shown,) = answer.json()["results"]
    assert answer.status_code == 200
    assert (shown["slug"], shown["title"], shown["kind"], shown["status"]) == ("tiny", "Tiny", "selection", "published")
    assert shown["phase"]["state"] == "open"
    assert Client().get(shown["url"]).status_code == 200


def test_the_list_can_be_filtered(phase: Phase) -> None:
    assert Client().get(URL, {"domain": "other"}).json()["count"] == 1
    assert Client().get(URL, {"domain": "text"}).json()["count"] == 0


def test_the_details_say_what_is_asked_for_and_not_where_the_hidden_rows_are(phase: Phase) -> None:
    answer = Client().get(f"{URL}tiny/")
    shown = answer.json()
    assert shown["dataset"] == phase.dataset_version.public_digest
    specification = shown["specification"]
    assert specification["budget"] == 6
    assert specification["columns"] == ["id"]
    assert specification["metric"] == "f1"
    assert specification["direction"] == "maximize"
    assert [task["name"] for task in specification["tasks"]] == ["apple", "bread"]
    assert "hidden" not in answer.content.decode()


def test_a_cleaning_is_described(load: Callable[..., Phase], tmp_path: Path) -> None:
    load(kinds.write_cleaning(tmp_path / "b"))
    answer = Client().get(f"{URL}tiny-cleaning/")
    specification = answer.json()["specification"]
    assert (specification["kind"], specification["action"], specification["direction"]) == (
        "cleaning",
        "rank",
        "minimize",
    )
    (task,) = specification["tasks"]
    assert task["train"]["files"] == ["public/pets.parquet"]
    assert (task["budget"], task["validation"]) == (None, None)
    assert "hidden" not in answer.content.decode()


def test_an_acquisition_is_described_without_the_goods(load: Callable[..., Phase], tmp_path: Path) -> None:
    load(kinds.write_acquisition(tmp_path / "b"))
    answer = Client().get(f"{URL}tiny-market/")
    market = answer.json()["specification"]["tasks"][0]
    assert market["budget"] == 60
    assert market["summaries"] == "public/summaries-0.json"
    assert market["sellers"][2] == {
        "name": "gamma",
        "title": "Gamma",
        "price": {"method": "fixed-plus-unit", "fixed": 5.0, "unit": 0.25},
    }
    for hidden in ("hidden", "secret"):
        assert hidden not in answer.content.decode()


def test_a_challenge_without_a_phase_is_shown(phase: Phase) -> None:
    phase.delete()
    shown = Client().get(f"{URL}tiny/").json()
    assert (shown["phase"], shown["dataset"], shown["specification"]) == (None, None, None)
    assert Client().get(f"{URL}tiny/files/").json() == []
    assert Client().get(f"{URL}tiny/leaderboard/").status_code == 404


def test_every_public_file_can_be_fetched_and_checked(phase: Phase) -> None:
    files = Client().get(f"{URL}tiny/files/").json()
    assert [file["name"] for file in files] == ["public/examples.parquet", "public/pool.parquet"]
    for file in files:
        answer = Client().get(file["url"])
        assert answer.status_code in (200, 302)
        if answer.status_code == 200:
            content = b"".join(answer.streaming_content)
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
            assert len(content) == file["size"] == int(answer["Content-Length"])
            assert "attachment" in answer["Content-Disposition"]
            again = Client().get(file["url"], headers={"If-None-Match": answer["ETag"]})
            assert again.status_code == 304


@pytest.mark.parametrize("name", ["public/pool.parquet", "pool.parquet"])
def test_a_file_is_found_with_and_without_its_folder(phase: Phase, name: str) -> None:
    assert Client().get(f"{URL}tiny/files/{name}").status_code in (200, 302)


@pytest.mark.parametrize(
    "name",
    [
        "hidden/test.parquet",
        "test.parquet",
        "public/../hidden/test.parquet",
        "public/test.parquet",
        "..%2Fhidden%2Ftest.parquet",
        "%2Fetc%2Fpasswd",
        "public/pool.parquet%00",
        "challenge.yaml",
    ],
)
def test_no_route_leads_to_hidden_rows(phase: Phase, staff: User, api: Api, name: str) -> None:
    for client in (Client(), api(staff)):
        # A NUL is refused before any route is matched.
        assert client.get(f"{URL}tiny/files/{name}").status_code == (400 if "%00" in name else 404)


def test_a_hidden_file_with_the_bytes_of_no_public_one_is_not_listed(phase: Phase) -> None:
    hidden = DataFile.objects.get(is_public=False)
    assert hidden.sha256 not in Client().get(f"{URL}tiny/files/").content.decode()


def test_a_list_has_as_many_queries_as_with_one_challenge(
    phase: Phase, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(5):
        other = Challenge.objects.create(
            slug=f"c{number}", title="T", summary="s", kind="selection", domain="text", status="published"
        )
        Phase.objects.create(challenge=other, dataset_version=phase.dataset_version, name="x")
    with django_assert_num_queries(3):
        assert Client().get(URL).json()["count"] == 6


def test_the_details_are_few_queries(phase: Phase, django_assert_max_num_queries: Callable[..., Any]) -> None:
    with django_assert_max_num_queries(3):
        Client().get(f"{URL}tiny/")


def test_the_check_answers_and_stores_nothing(phase: Phase, user: User, api: Api) -> None:
    answer = api(user).post(f"{URL}tiny/check/", {"files": factories.form_files()})
    assert answer.status_code == 200, answer.json()
    assert answer.json()["lines"][0].startswith("Apples: 6 of 6 rows")
    assert answer.json()["files"][0]["name"] == "apple.csv"
    assert phase.submissions.count() == 0


def test_the_check_says_what_is_wrong(phase: Phase, user: User, api: Api) -> None:
    files = factories.form_files({"apple.csv": b"id\nnope\n", "bread.csv": b"id\npool-001\n"})
    answer = api(user).post(f"{URL}tiny/check/", {"files": files})
    assert answer.status_code == 400
    problem = next(found for found in answer.json()["problems"] if found["line"])
    assert (problem["file"], problem["line"], problem["field"]) == ("apple.csv", 2, "id")


@pytest.mark.parametrize("how", ["archived", "over", "upcoming"])
def test_the_check_is_open_as_long_as_submitting(
    phase: Phase, user: User, api: Callable[[User | None], Client], how: str
) -> None:
    """In the API with the words and the status of submitting, and on the page too."""
    now = timezone.now()
    if how == "archived":
        archive(phase.challenge, by=None)
    else:
        days = -2 if how == "over" else 1
        starts, ends = now + timedelta(days=days), now + timedelta(days=days + 1)
        Phase.objects.update(starts_at=starts, ends_at=ends)
    client = api(user)
    checked, submitted = (
        client.post(f"{URL}tiny/{name}/", {"name": "x", "files": factories.form_files()})
        for name in ("check", "submissions")
    )
    assert checked.status_code == submitted.status_code == 403
    assert checked.json()["detail"] == submitted.json()["detail"]
    page = Client()
    page.force_login(user)
    answer = page.post("/challenges/tiny/check", {"files": factories.form_files()})
    assert answer.status_code == 400
    assert checked.json()["detail"].partition("'")[0].lower() in answer.content.decode().lower()
