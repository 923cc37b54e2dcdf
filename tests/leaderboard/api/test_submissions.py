from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from challenges.models import Challenge, Phase
from evaluators.problems import Problem
from evaluators.scoring import Rejected
from leaderboard.models import Submission, User
from leaderboard.submissions.quota import quota
from leaderboard.teams.teams import personal_team
from leaderboard.web import uploadguard
from tests import factories
from tests.bundles import good_files

Api = Callable[[User | None], Client]
URL = "/api/v1/challenges/tiny/submissions/"


def send(client: Client, **fields: Any) -> Any:
    return client.post(URL, {"name": "mine", "files": factories.form_files(), **fields})


def test_submitting_answers_with_where_to_watch(phase: Phase, user: User, api: Api) -> None:
    client = api(user)
    answer = send(client)
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert body["status"] == "queued"
    assert answer["Location"] == body["url"]
    assert client.get(body["url"]).json()["id"] == body["id"]
    submission = Submission.objects.get(pk=body["id"])
    assert (submission.client, submission.created_by, submission.team) == ("api", user, personal_team(user))


def test_the_status_follows_the_evaluation(phase: Phase, user: User, api: Api) -> None:
    client = api(user)
    url = send(client).json()["url"]
    submission = Submission.objects.get()
    factories.evaluate(submission, 0.5)
    body = client.get(url).json()
    assert (body["status"], body["score"], body["message"]) == ("succeeded", 0.5, "")
    assert body["scores"] == {"apple": {"f1": 0.5}, "bread": {"f1": 0.5}}
    assert {file["name"] for file in body["files"]} == {"apple.csv", "bread.csv"}
    # Never finer than a tenth of a second, and nothing of what the sandbox did.
    assert body["timings"]["score"] in (0.1, 0.2)
    assert body["timings"].keys() == {"check", "store", "queue", "score"}
    job = client.get(f"/api/v1/jobs/{submission.evaluation.job_id}/").json()
    for moments in (body, job):
        assert "." not in moments["started"] + moments["finished"]
    assert job["finished"] == body["finished"]


def test_a_failed_one_says_why(phase: Phase, user: User, api: Api) -> None:
    client = api(user)
    url = send(client).json()["url"]
    factories.evaluate(Submission.objects.get(), Rejected([Problem("is odd.", file="apple.csv", line=2)]))
    body = client.get(url).json()
    assert (body["status"], body["score"], body["message"]) == ("failed", None, "apple.csv, line 2: is odd.")
    assert body["problems"][0]["line"] == 2


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"files": []}, 400, "no file"),
        ({"name": ""}, 400, "empty"),
        ({"name": "p\u0430ypal"}, 400, "mixes letters"),
        ({"name": "x" * 81}, 400, "longer than 80"),
        ({"name": "a\x00b"}, 400, "U+0000"),
        ({"files": [SimpleUploadedFile("apple.csv", b"id\nnope\n")]}, 400, ""),
    ],
)
def test_a_wrong_submission_is_refused_with_its_problems(
    phase: Phase, user: User, api: Api, fields: dict[str, Any], status: int, says: str
) -> None:
    answer = send(api(user), **fields)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["problems"]
    assert says in body["detail"]
    assert not Submission.objects.exists()
    assert quota(phase, personal_team(user)).total_used == 0


def test_a_file_name_with_folders_is_refused(phase: Phase, user: User, api: Api) -> None:
    content = (
        b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nmine\r\n'
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="../apple.csv"\r\n\r\nid\r\n--b--\r\n'
    )
    answer = api(user).generic("POST", URL, content, "multipart/form-data; boundary=b")
    assert answer.status_code == 400
    assert "'../apple.csv' is not a plain file name" in answer.json()["problems"][0]["message"]


def test_a_large_file_is_refused_by_name(phase: Phase, user: User, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploadguard, "MAX_FILE_BYTES", 1000)
    files = [SimpleUploadedFile("apple.csv", b"x" * 2000), SimpleUploadedFile("bread.csv", b"id\n")]
    answer = send(api(user), files=files)
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["file"] == "apple.csv"


def test_too_many_parts_are_refused(phase: Phase, user: User, api: Api) -> None:
    client = api(user)
    many = [SimpleUploadedFile(f"{number}.csv", b"id\n") for number in range(100)]
    assert send(client, files=many).status_code == 400
    assert client.post(URL, {f"f{number}": "x" for number in range(500)}).status_code == 400
    assert client.post(URL, {"name": "x" * 2_000_000}).status_code == 400


def test_limits_and_closed_phases_have_their_own_status(phase: Phase, user: User, api: Api) -> None:
    client = api(user)
    Phase.objects.update(daily_limit=1)
    assert send(client).status_code == 201
    answer = send(client)
    assert answer.status_code == 429
    assert "1 submissions of today" in answer.json()["detail"]
    Challenge.objects.update(status="archived")
    assert send(client).status_code == 403
    Phase.objects.all()
    assert Submission.objects.count() == 1


def test_a_challenge_without_a_phase_takes_nothing(phase: Phase, user: User, api: Api) -> None:
    phase.delete()
    assert send(api(user)).status_code == 403


def test_the_list_holds_ones_own_and_is_few_queries(
    phase: Phase, user: User, staff: User, api: Api, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(4):
        factories.submission(phase, user, name=f"n{number}")
    factories.evaluate(Submission.objects.get(name="n0"), 0.5)
    factories.submission(phase, staff, name="not yours")
    client = api(user)
    client.get(URL)
    for url in (URL, "/api/v1/submissions/"):
        with django_assert_max_num_queries(7):
            body = client.get(url).json()
        assert [item["name"] for item in body["results"]] == ["n3", "n2", "n1", "n0"]
    assert client.get("/api/v1/submissions/", {"status": "succeeded"}).json()["count"] == 1
    assert client.get("/api/v1/submissions/", {"challenge": "tiny"}).json()["count"] == 4
    assert client.get("/api/v1/submissions/", {"challenge": "other"}).json()["count"] == 0


@pytest.mark.parametrize(
    "query",
    [
        {"status": "nonsense"},
        {"challenge": "a\x00b"},
        {"page": "0"},
        {"page": "x"},
        {"page_size": "-1"},
        {"page": "9" * 400},
    ],
)
def test_odd_queries_are_no_fault_of_ours(phase: Phase, user: User, api: Api, query: dict[str, str]) -> None:
    assert api(user).get("/api/v1/submissions/", query).status_code in (200, 400, 404)


def test_one_submission_is_few_queries(
    phase: Phase, user: User, api: Api, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = api(user)
    url = send(client).json()["url"]
    factories.evaluate(Submission.objects.get(), 0.5)
    with django_assert_max_num_queries(7):
        client.get(url)


def test_others_see_scores_once_they_are_on_the_board_but_no_files(
    phase: Phase, user: User, staff: User, api: Api
) -> None:
    other = factories.user("eve")
    url = send(api(user)).json()["url"]
    for client in (Client(), api(other)):
        assert client.get(url).status_code == 404
    factories.evaluate(Submission.objects.get(), 0.5)
    for client in (Client(), api(other)):
        body = client.get(url).json()
        assert body["score"] == 0.5
        assert body["scores"]["apple"] == {"f1": 0.5}
        assert not body.keys() & {"files", "check", "problems", "message", "timings", "attempt"}
    for client in (api(user), api(staff)):
        assert "files" in client.get(url).json()
    Challenge.objects.update(status="draft")
    assert Client().get(url).status_code == 404
    assert api(user).get(url).status_code == 200


def test_a_task_can_be_chosen_for_each_file(phase: Phase, user: User, api: Api) -> None:
    files = factories.form_files({"mine.csv": good_files()["apple.csv"], "bread.csv": good_files()["bread.csv"]})
    answer = api(user).post(URL, {"name": "n", "files": files, "tasks": ["apple", ""]})
    assert answer.status_code == 201, answer.json()
    assert [file["name"] for file in answer.json()["files"]] == ["apple_mine.csv", "bread.csv"]


def test_a_choice_that_fits_no_file_is_refused(phase: Phase, user: User, api: Api) -> None:
    answer = api(user).post(URL, {"name": "n", "files": factories.form_files(), "tasks": ["apple"]})
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["field"] == "tasks"
    assert phase.submissions.count() == 0
