"""The organizer's view of how a challenge runs, and its exports."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from django.conf import LazySettings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from challenges.models import Challenge, Phase, Role
from evaluators.problems import Problem
from evaluators.scoring import Rejected
from frontend.organize import operations as views
from frontend.queries.operations import kind_of, operations_of
from leaderboard.models import User
from tests import factories

PAGE = "/challenges/tiny/organize/operations"


@pytest.fixture
def organizer(client: Client, phase: Phase) -> Client:
    made = factories.user("organizer")
    Role.objects.create(challenge=phase.challenge, user=made, name="organizer")
    client.force_login(made)
    return client


def _fill(phase: Phase, owner: User, times: int = 1) -> None:
    for number in range(times):
        factories.evaluate(factories.submission(phase, owner, name=f"=scored {number}"), 0.5)
        failed = factories.submission(phase, owner, name=f"failed {number}")
        factories.evaluate(failed, Rejected([Problem(f"the id 'row {number}' is unknown in line {number}.")]))


def test_what_is_counted(phase: Phase, user: User) -> None:
    _fill(phase, user, 2)
    factories.submission(phase, user, name="waits")
    found = operations_of(phase.challenge)
    assert [(bar.label, bar.value) for bar in found.states] == [("Waiting", 1), ("Scored", 2), ("Failed", 2)]
    assert [(bar.label, bar.value) for bar in found.failures] == [("the id … is unknown in line …", 2)]
    assert (found.queue.waiting, found.queue.running, found.total) == (1, 0, 5)
    assert found.days[-1].value == 5
    assert [entry.team.name for entry in found.top] == ["ada"]


def test_kinds_of_problems() -> None:
    assert kind_of("line 12: 'a' is not a label.") == kind_of("line 7: 'b' is not a label.")


def test_the_page_takes_the_same_queries_however_many(
    organizer: Client, phase: Phase, user: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _fill(phase, user, 4)
    with django_assert_max_num_queries(20):
        text = organizer.get(PAGE).content.decode()
    assert "Submissions by day" in text


def test_a_table_that_no_spreadsheet_executes(organizer: Client, phase: Phase, user: User) -> None:
    _fill(phase, user)
    answer = organizer.get("/challenges/tiny/organize/submissions.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode(), newline="")))
    assert [row["name"] for row in rows] == ["'=scored 0", "failed 0"]
    assert [row["score"] for row in rows] == ["0.5", ""]
    assert rows[0]["apple: f1"] == "0.5"
    body = json.loads(organizer.get("/challenges/tiny/organize/submissions.json").content)
    assert body["submissions"][0]["scores"] == {"apple": {"f1": 0.5}, "bread": {"f1": 0.5}}
    assert body["submissions"][1]["status"] == "failed"


def test_the_archive_is_for_organizers_and_leaves_nothing(
    organizer: Client, phase: Phase, user: User, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(phase, user)
    answer = organizer.post("/challenges/tiny/organize/archive")
    content = b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "board.json" in archive.namelist()
    assert answer["Cache-Control"] == "private, no-store"
    assert list(settings.SCRATCH_DIR.iterdir()) == []
    assert organizer.get("/challenges/tiny/organize/archive").status_code == 405
    organizer.force_login(user)
    assert organizer.post("/challenges/tiny/organize/archive").status_code == 403
    monkeypatch.setattr(views, "MAX_ARCHIVE_BYTES", 10)
    organizer.force_login(User.objects.get(username="organizer"))
    refused = organizer.post("/challenges/tiny/organize/archive", follow=True).content.decode()
    assert "exportchallenge tiny" in refused


def test_the_way_back_is_for_those_who_organize(organizer: Client, phase: Phase, user: User) -> None:
    page = "/challenges/tiny/"
    assert f'href="{PAGE}"' in organizer.get(page).content.decode()
    reader = Client()
    assert "/organize" not in reader.get(page).content.decode()
    reader.force_login(user)
    assert f'href="{PAGE}"' not in reader.get(page).content.decode()


def test_a_draft_leads_nowhere_that_is_not_there_yet(organizer: Client, phase: Phase) -> None:
    Challenge.objects.update(status="draft")
    text = organizer.get(PAGE).content.decode()
    assert "organize/rescoring" not in text
    assert "/decisions" not in text
