"""The upload form and its instant check; a refused file uses up no submission."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from challenges.models import Phase
from leaderboard.models import Submission, User
from tests import factories
from tests.bundles import good_files, write_bundle

SUBMIT = "/challenges/tiny/submit"
CHECK = "/challenges/tiny/check"

UNKNOWN = {"apple.csv": b"id\npool-000\nnobody\n", "bread.csv": good_files()["bread.csv"]}


def test_a_good_upload_leads_to_its_page(page: Client, phase: Phase, user: User, messages: list[int]) -> None:
    answer = page.post(SUBMIT, {"name": "mine", "files": factories.form_files(), **factories.accepting(phase)})
    made = Submission.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/submissions/{made.pk}/")
    assert (made.name, made.client, made.created_by, made.team.person) == ("mine", "web", user, user)
    assert made.files.count() == 2


def test_a_zip_is_as_good(page: Client, phase: Phase) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        for name, content in good_files().items():
            writer.writestr(name, content)
    form = {"name": "zip", "files": factories.form_files({"all.zip": archive.getvalue()})}
    assert page.post(SUBMIT, form | factories.accepting(phase)).status_code == 302


@pytest.mark.parametrize("address", [SUBMIT, CHECK])
def test_what_is_wrong_is_said_with_its_place(page: Client, phase: Phase, address: str, own_folders: object) -> None:
    answer = page.post(address, {"name": "kept <name>", "files": factories.form_files(UNKNOWN)})
    text = answer.content.decode()
    assert answer.status_code == 400
    for part in ("apple.csv", "line 3", "nobody", "none of your submissions is used"):
        assert part in text
    assert not Submission.objects.exists()
    if address == SUBMIT:
        assert 'value="kept &lt;name&gt;"' in text
        assert "20 left" not in text


def test_the_check_says_what_is_in_the_files(page: Client, phase: Phase) -> None:
    answer = page.post(CHECK, {"files": factories.form_files()}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Apples: 6 of 6 rows" in text
    assert "<html" not in text
    assert not Submission.objects.exists()


def test_the_check_without_scripts_is_a_page(page: Client, phase: Phase) -> None:
    answer = page.post(SUBMIT, {"name": "n", "action": "check", "files": factories.form_files()})
    text = answer.content.decode()
    assert (answer.status_code, "Apples: 6 of 6 rows" in text, "<html" in text) == (200, True, True)
    assert not Submission.objects.exists()


def test_the_check_of_a_session_that_ended_leads_to_the_login(client: Client, phase: Phase) -> None:
    answer = client.post(CHECK, {"files": factories.form_files()}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fchallenges%2Ftiny%2Fsubmit"


@pytest.mark.parametrize("form", [{}, {"name": ""}, {"name": "x"}, {"name": "x", "files": "not a file"}])
def test_an_empty_form_is_refused_with_a_sentence(page: Client, phase: Phase, form: dict[str, str]) -> None:
    answer = page.post(SUBMIT, form)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_a_bad_name_is_marked_at_its_field(page: Client, phase: Phase) -> None:
    text = page.post(SUBMIT, {"name": "раypal", "files": factories.form_files()}).content.decode()
    assert 'aria-invalid="true"' in text
    assert "mixes letters" in text


def test_a_used_up_quota_is_told_before_and_after(page: Client, phase: Phase, user: User) -> None:
    phase.daily_limit = 1
    phase.save()
    factories.submission(phase, user)
    text = page.get(SUBMIT).content.decode()
    assert "disabled" in text
    assert "used its 1 submissions of today" in text
    answer = page.post(SUBMIT, {"name": "again", "files": factories.form_files()})
    assert answer.status_code == 400
    assert Submission.objects.count() == 1


def test_looking_at_the_form_makes_no_team(page: Client, phase: Phase, user: User) -> None:
    assert page.get(SUBMIT).status_code == 200
    assert not user.teams.exists()


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [(-48, -1, "takes no more submissions"), (1, None, "Submissions are taken from")],
)
def test_a_closed_phase_has_no_form(page: Client, phase: Phase, start: int, end: int | None, sentence: str) -> None:
    now = timezone.now()
    phase.starts_at = now + timedelta(hours=start)
    phase.ends_at = None if end is None else now + timedelta(hours=end)
    phase.save()
    text = page.get(SUBMIT).content.decode()
    assert sentence in text
    assert 'type="file"' not in text
    for action in ("submit", "check"):
        form = {"name": "late", "action": action, "files": factories.form_files()}
        assert page.post(SUBMIT, form).status_code == 400


def test_a_folder_in_a_file_name_is_refused(page: Client, phase: Phase) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n'
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="../apple.csv"\r\n\r\nid\r\n--b--\r\n'
    )
    answer = page.post(SUBMIT, body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 400
    assert "is not a plain file name" in answer.content.decode()


def test_a_broken_body_is_no_fault_of_ours(page: Client, phase: Phase) -> None:
    answer = page.post(SUBMIT, b"--nonsense", content_type="multipart/form-data; boundary=other")
    assert answer.status_code == 400


def test_too_many_uploads_in_a_minute_are_told_to_wait(
    page: Client, phase: Phase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leaderboard.api.throttling.UploadThrottle.THROTTLE_RATES", {"upload": "1/min"})
    assert page.post(CHECK, {"files": factories.form_files()}).status_code == 200
    answer = page.post(CHECK, {"files": factories.form_files()})
    assert answer.status_code == 400
    assert "Wait" in answer.content.decode()


MINE = {"mine.csv": good_files()["apple.csv"], "bread.csv": good_files()["bread.csv"]}


def test_a_chosen_task_is_stored_in_the_name(page: Client, phase: Phase) -> None:
    form = {"name": "n", "files": factories.form_files(MINE), "tasks": ["apple", "bread"]}
    assert page.post(SUBMIT, form | factories.accepting(phase)).status_code == 302
    names = Submission.objects.get().files.values_list("name", flat=True)
    assert sorted(names) == ["apple_mine.csv", "bread.csv"]


def test_the_check_knows_the_chosen_task(page: Client, phase: Phase) -> None:
    form = {"files": factories.form_files(MINE), "tasks": ["apple", ""]}
    text = page.post(CHECK, form).content.decode()
    assert "Apples: 6 of 6 rows" in text
    assert "apple_mine.csv" in text


def test_without_scripts_a_task_is_chosen_for_a_single_file(page: Client, phase: Phase) -> None:
    text = page.get(SUBMIT).content.decode()
    assert '<select id="tasks" name="tasks"' in text
    assert '<option value="apple">Apples (apple)</option>' in text
    one = {"mine.csv": MINE["mine.csv"]}
    answer = page.post(SUBMIT, {"name": "n", "action": "check", "files": factories.form_files(one), "tasks": "apple"})
    assert "nothing is chosen for the task &#x27;bread&#x27;" in answer.content.decode().lower()
    assert '<option value="apple" selected>' in answer.content.decode()
    answer = page.post(SUBMIT, {"name": "n", "files": factories.form_files(MINE), "tasks": "apple"})
    assert "1 task is chosen for 2 files" in answer.content.decode()
    assert not Submission.objects.exists()
    # The first option of the list: the file names decide.
    form = {"name": "n", "files": factories.form_files(), "tasks": "", **factories.accepting(phase)}
    assert page.post(SUBMIT, form).status_code == 302


@pytest.mark.parametrize("task", ["nothing", "<b>", "apple\0"])
def test_a_task_that_there_is_not_is_refused(page: Client, phase: Phase, task: str) -> None:
    form = {"name": "n", "files": factories.form_files(MINE), "tasks": [task, ""]}
    answer = page.post(SUBMIT, form)
    assert answer.status_code == 400
    assert "<b>" not in answer.content.decode()


def test_with_one_task_there_is_nothing_to_choose(page: Client, load: Callable[..., Phase], tmp_path: Path) -> None:
    load(write_bundle(tmp_path / "b", labels="submitted"))
    text = page.get(SUBMIT).content.decode()
    assert "<select" not in text
    assert 'accept=".csv,.json,.zip"' in text
