"""The pages of a board's versions after a label is corrected: starting it, both boards, changes, notifications."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from challenges.members.rules import rules_sha256
from challenges.models import DatasetVersion, Phase
from leaderboard.boards.board import rewrite_board
from leaderboard.boards.versions import start_version
from leaderboard.models import BoardVersion, Evaluation, Notice, Submission, User
from leaderboard.models.board import BoardCause
from leaderboard.notifications.pages import path_of
from tests import factories
from tests.boards import advance, finish_all

BOARD = "/challenges/tiny/leaderboard/"
VERSIONS = f"{BOARD}versions/"
RESCORING = "/challenges/tiny/organize/rescoring"
API = "/api/v1/challenges/tiny/leaderboard/versions/"


@pytest.fixture
def corrected(phase: Phase) -> DatasetVersion:
    return factories.other_version(phase.dataset_version)


def fill(phase: Phase, names: list[str], best: float = 0.9) -> None:
    for number, name in enumerate(names):
        factories.evaluate(factories.submission(phase, factories.user(name), name=f"by {name}"), best - number / 10)


def reversed_scores(names: list[str]) -> dict[str, Any]:
    return {f"by {name}": 0.1 + number / 10 for number, name in enumerate(names)}


@pytest.fixture
def switched(phase: Phase, corrected: DatasetVersion, user: User) -> BoardVersion:
    """The second version is current: Ada was first of three and is now last."""
    factories.evaluate(factories.submission(phase, user, name="by ada"), 0.9)
    fill(phase, ["bob", "=cmd"], 0.8)
    version = start_version(phase, corrected, BoardCause.DATA, "Row 7 was bread.")
    advance(timezone.now())
    finish_all(version, {"by ada": 0.1, "by bob": 0.9, "by =cmd": 0.5})
    advance(timezone.now())
    version.refresh_from_db()
    assert version.state == "current"
    return version


def test_both_boards_are_readable(client: Client, switched: BoardVersion) -> None:
    old, new = client.get(f"{VERSIONS}1/"), client.get(f"{VERSIONS}2/")
    assert [entry["name"] for entry in old.context["entries"]] == ["by ada", "by bob", "by =cmd"]
    assert [entry["name"] for entry in new.context["entries"]] == ["by bob", "by =cmd", "by ada"]
    assert "This is the board as it was" in old.content.decode()
    listed = client.get(VERSIONS).content.decode()
    assert "Row 7 was bread." in listed
    board = client.get(BOARD)
    assert "Version 2, and earlier ones" in board.content.decode()
    assert [row.entry.submission.name for row in board.context["board"].rows] == ["by bob", "by =cmd", "by ada"]


def test_the_rank_difference(client: Client, switched: BoardVersion, user: User) -> None:
    client.force_login(user)
    page = client.get(f"{VERSIONS}2/changes/?sort=movement")
    lines = [(line.change["name"], line.old, line.new, line.moved) for line in page.context["movements"]]
    assert lines == [("by ada", 1, 3, -2), ("by bob", 2, 1, 1), ("by =cmd", 3, 2, 1)]
    text = page.content.decode()
    assert "scored on data version 2 instead of 1: -0.8000" in text
    assert "1 → 3" in text
    assert page.context["plot"].lines[-1].kind == "own"
    for sort in ("new", "old", "score", "nonsense"):
        assert client.get(f"{VERSIONS}2/changes/?sort={sort}").status_code == 200


def test_the_exports_are_the_same_and_hold_no_formula(client: Client, switched: BoardVersion) -> None:
    Submission.objects.filter(name="by =cmd").update(name="=cmd")
    changes = [change | {"name": change["name"].removeprefix("by ")} for change in switched.changes]
    BoardVersion.objects.filter(pk=switched.pk).update(changes=changes)
    rows = list(csv.DictReader(io.StringIO(client.get(f"{API}2/changes.csv").content.decode())))
    assert [(row["name"], row["old_rank"], row["new_rank"]) for row in rows] == [
        ("bob", "2", "1"),
        ("'=cmd", "3", "2"),
        ("ada", "1", "3"),
    ]
    body = client.get(f"{API}2/").json()
    assert [change["new_score"] for change in body["changes"]] == [float(row["new_score"]) for row in rows]
    assert [version["number"] for version in client.get(API).json()["results"]] == [2, 1]
    assert client.get(f"{API}1/").json()["entries"][0]["name"] == "by ada"


def test_participants_are_told(client: Client, switched: BoardVersion, user: User) -> None:
    client.force_login(user)
    assert "1 new" in client.get("/").content.decode()
    page = client.get("/notices/").content.decode()
    assert "Tiny scored again: rank 1 → 3" in page
    assert f'href="{VERSIONS}2/changes/?phase_id={switched.phase_id}"' in page
    assert "badge accent" not in client.get("/notices/").content.decode()


def test_a_notice_leads_to_the_board_of_its_own_phase(client: Client, switched: BoardVersion, user: User) -> None:
    """Also while a later phase is open, under whatever name the phase has now; old notices lead where they did."""
    first = Phase.objects.get(pk=switched.phase_id)
    now = timezone.now()
    Phase.objects.filter(pk=first.pk).update(ends_at=now - timedelta(minutes=1), name="The first & only")
    factories.phase(first.dataset_version, name="Round 2", starts_at=now - timedelta(seconds=1))
    stored = Notice.objects.get(user=user).path
    assert stored == f"board-changes tiny 2 {first.pk}"
    page = client.get(path_of(stored), follow=True)
    assert page.status_code == 200
    assert (page.context["version"], page.context["phase"]) == (switched, first)
    assert client.get(path_of("board-changes tiny 2")).status_code == 404
    for wrong in ("0", "9" * 30, "x", ""):
        assert client.get(f"{VERSIONS}2/changes/?phase_id={wrong}").status_code == 404


def test_the_notices_of_others_are_theirs(page: Client, user: User, other: User) -> None:
    Notice.objects.create(user=other, title="for mallory")
    assert "for mallory" not in page.get("/notices/").content.decode()


@pytest.fixture
def organizer(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def test_an_organizer_begins_a_version_and_sees_how_far_it_is(
    organizer: Client, phase: Phase, corrected: DatasetVersion, user: User
) -> None:
    factories.evaluate(factories.submission(phase, user), 0.5)
    form = {"cause": "data", "dataset": "2", "note": "Row 7 was bread."}
    for missing, words in (("note", "note is missing"), ("cause", "reason is missing"), ("dataset", "is missing")):
        answer = organizer.post(RESCORING, form | {missing: " "})
        assert (answer.status_code, words in answer.content.decode()) == (400, True)
    assert BoardVersion.objects.count() == 1
    assert organizer.post(RESCORING, form).status_code == 302
    advance(timezone.now())
    text = organizer.get(RESCORING).content.decode()
    assert "Version 2 is being computed" in text
    assert "0 of 1 scored" in text
    answer = organizer.post(RESCORING, {"cause": "scorer", "note": "again"})
    assert answer.status_code == 400
    assert "of this board is being computed" in answer.content.decode()
    finish_all(BoardVersion.objects.get(number=2), {"mine": 0.4})
    advance(timezone.now())
    assert "Begin a new version" in organizer.get(RESCORING).content.decode()


def test_the_scorer_on_record_and_the_present_one_are_shown(organizer: Client, phase: Phase, user: User) -> None:
    factories.evaluate(factories.submission(phase, user), 0.5)
    page = organizer.get(RESCORING)
    assert page.context["recorded"] == ["corrected 1"]
    assert page.context["present"].startswith("corrected 2")
    assert organizer.post(RESCORING, {"cause": "scorer", "note": "Version 2."}).status_code == 302
    assert BoardVersion.objects.get(number=2).cause == "scorer"


def test_the_hidden_part_is_not_offered(organizer: Client, phase: Phase, corrected: DatasetVersion) -> None:
    Phase.objects.update(final_dataset_version=corrected, ends_at=timezone.now() + timedelta(hours=1))
    assert list(organizer.get(RESCORING).context["choices"]) == []
    answer = organizer.post(RESCORING, {"cause": "data", "dataset": "2", "note": "x"})
    assert answer.status_code == 400


def test_divisions_have_ranks_of_their_own(client: Client, phase: Phase, user: User, staff: User) -> None:
    Phase.objects.update(open_division=True)
    phase.refresh_from_db()
    closed = factories.submission(phase, user, name="closed")
    opened = factories.submission(phase, staff, name="open", division="open")
    for submission, score in ((closed, 0.4), (opened, 0.6)):
        factories.evaluate(submission, score)
    rows = {
        division: [(row.rank, row.entry.submission.name) for row in client.get(address).context["board"].rows]
        for division, address in (("closed", BOARD), ("open", f"{BOARD}?division=open"))
    }
    assert rows == {"closed": [(1, "closed")], "open": [(1, "open")]}
    api = client.get("/api/v1/challenges/tiny/leaderboard/?division=open").json()
    assert [(entry["rank"], entry["name"]) for entry in api["entries"]] == [(1, "open")]


def test_a_division_is_chosen_where_there_is_one(page: Client, phase: Phase) -> None:
    form = {"name": "mine", "division": "open", "files": factories.form_files()}
    assert 'name="division"' not in page.get("/challenges/tiny/submit").content.decode()
    refused = page.post("/challenges/tiny/submit", form)
    assert (refused.status_code, "no such division" in refused.content.decode()) == (400, True)
    Phase.objects.update(open_division=True)
    assert 'name="division"' in page.get("/challenges/tiny/submit").content.decode()
    accepted = {"accept_rules": rules_sha256(Phase.objects.get()), "files": factories.form_files()}
    assert page.post("/challenges/tiny/submit", form | accepted).status_code == 302
    assert Submission.objects.get().division == "open"


def test_a_frozen_board_shows_others_what_was_sent_before(client: Client, phase: Phase, user: User) -> None:
    factories.evaluate(factories.submission(phase, user, name="before"), 0.4)
    now = timezone.now()
    Phase.objects.update(freezes_at=now, ends_at=now + timedelta(hours=1))
    later = factories.submission(phase, user, name="later")
    factories.evaluate(later, 0.9)
    text = client.get(BOARD).content.decode()
    assert "This board is frozen" in text
    assert "later" not in [row.entry.submission.name for row in client.get(BOARD).context["board"].rows]
    assert client.get(f"/submissions/{later.pk}/").status_code == 404
    assert client.get("/api/v1/challenges/tiny/leaderboard/").json()["frozen"] is True
    client.force_login(user)
    own = client.get(f"/submissions/{later.pk}/")
    assert "0.9000" in own.content.decode()
    advance(now + timedelta(hours=1))
    assert [e["name"] for e in client.get("/api/v1/challenges/tiny/leaderboard/").json()["entries"]] == ["later"]


def test_withdrawn_entries_close_up_and_stay_listed(client: Client, phase: Phase) -> None:
    fill(phase, ["ada", "bob"])
    Submission.objects.filter(name="by ada").update(standing="withdrawn")
    rewrite_board(phase.pk)
    body = client.get("/api/v1/challenges/tiny/leaderboard/").json()
    assert [(entry["rank"], entry["name"]) for entry in body["entries"]] == [(1, "by bob")]
    assert [(entry["standing"], entry["name"]) for entry in body["withdrawn"]] == [("withdrawn", "by ada")]


@pytest.mark.parametrize("address", [VERSIONS, f"{VERSIONS}1/", f"{VERSIONS}2/", f"{VERSIONS}2/changes/", "/notices/"])
def test_the_number_of_queries_does_not_depend_on_the_entries(
    page: Client,
    phase: Phase,
    corrected: DatasetVersion,
    address: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    names = [f"user{number}" for number in range(8)]
    fill(phase, names)
    version = start_version(phase, corrected, BoardCause.DATA)
    advance(timezone.now())
    finish_all(version, reversed_scores(names))
    advance(timezone.now())
    with django_assert_max_num_queries(14):
        assert page.get(address).status_code == 200


def test_before_the_switch_nothing_of_it_shows(
    client: Client, phase: Phase, corrected: DatasetVersion, user: User, api: Callable[[User | None], Client]
) -> None:
    submission = factories.submission(phase, user, name="mine")
    factories.evaluate(submission, 0.5)
    mark = client.get(f"/submissions/{submission.pk}/")
    version = start_version(phase, corrected, BoardCause.DATA)
    advance(timezone.now())
    finish_all(version, {"mine": 0.8765})
    assert Evaluation.objects.filter(board_version=version, job__status="succeeded").exists()
    client.force_login(user)
    bearer = api(user)
    for reader, address in (
        *((client, path) for path in (BOARD, "/", "/submissions/", f"/submissions/{submission.pk}/")),
        *((client, f"/submissions/{submission.pk}/{path}") for path in ("result.json",)),
        *((client, f"{VERSIONS}{path}") for path in ("", "1/")),
        *((bearer, f"/api/v1/{path}") for path in ("submissions/", f"submissions/{submission.pk}/")),
        *((bearer, f"/api/v1/challenges/tiny/{path}") for path in ("", "leaderboard/", "leaderboard.csv")),
        (bearer, API),
    ):
        text = reader.get(address).content.decode()
        # With its point: a digest may have any four digits.
        assert "0.8765" not in text, address
        assert corrected.digest not in text, address
    assert client.get(f"{VERSIONS}2/").status_code == 404
    assert bearer.get(f"{API}2/").status_code == 404
    assert mark.status_code == 200
