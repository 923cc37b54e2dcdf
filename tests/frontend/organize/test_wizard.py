"""The wizard without scripts: every form is sent as a browser sends it; the worker's jobs run in between."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from challenges.models import Announcement, Challenge, DatasetVersion, Draft, Phase, Role, Split
from leaderboard.boards.board import board_entries, rewrite_board
from leaderboard.jobs import transitions
from leaderboard.models import Job, Submission, User
from leaderboard.organizing import drafting
from leaderboard.worker.maintenance import maintain
from tests import factories
from tests.visitor import fields_of, form_with

ROWS = 240
CLASSES = ("apple", "bread", "chair")


def raw_files(rows: int = ROWS) -> list[SimpleUploadedFile]:
    """Embeddings with ids as NPZ, labels as CSV in a different order."""
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(rows, 6)).astype("float32")
    vectors[np.arange(rows), np.arange(rows) % 3] += 4
    ids = np.array([f"row-{number:03d}" for number in range(rows)])
    archive = io.BytesIO()
    np.savez(archive, ids=ids, embeddings=vectors)
    lines = [f"row-{number:03d},{CLASSES[number % 3]}" for number in reversed(range(rows))]
    labels = "\n".join(["id,label", *lines]).encode()
    return [SimpleUploadedFile("vectors.npz", archive.getvalue()), SimpleUploadedFile("labels.csv", labels)]


ABOUT = {"title": "Three things", "slug": "", "kind": "selection", "domain": "other", "licence": "CC0-1.0"}


def send(page: Client, address: str, **changes: Any) -> Any:
    """Open a step and send its form with ``changes``."""
    shown = page.get(address)
    assert shown.status_code == 200
    return page.post(address, fields_of(form_with(shown.content.decode())) | changes)


def work(draft: Draft) -> Job:
    """Do what a worker is to do with the draft."""
    job = drafting.newest_job(draft)
    assert job is not None
    factories.run_job(job.pk)
    draft.refresh_from_db()
    job.refresh_from_db()
    return job


@pytest.fixture
def begun(page: Client) -> Draft:
    """A draft whose files are queued for a worker."""
    answer = page.post("/organize/new", ABOUT | {"files": raw_files()})
    assert answer["Location"] == "/challenges/three-things/organize/columns"
    return Draft.objects.select_related("challenge").get()


@pytest.fixture
def described(begun: Draft) -> Draft:
    job = work(begun)
    assert job.status == "succeeded", job.message
    return begun


def test_from_files_to_a_published_challenge(page: Client, begun: Draft, user: User) -> None:
    way = "/challenges/three-things/organize/"
    assert Role.objects.get(challenge=begun.challenge, user=user).name == "owner"
    waiting = page.get(f"{way}columns").content.decode()
    assert "Reading the files" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert "It is next in line." in waiting or "No worker is running" in waiting
    poll = f"{way}columns?seen=queued"
    assert "HX-Refresh" not in page.get(poll, headers={"HX-Request": "true"})

    work(begun)
    assert page.get(poll, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert send(page, f"{way}columns", test_share="25")["Location"] == f"{way}scoring"
    assert send(page, f"{way}scoring", budget="12")["Location"] == f"{way}texts"
    assert "Making the data" in page.get(f"{way}texts").content.decode()
    job = work(begun)
    assert job.status == "succeeded", job.message
    version = begun.challenge.dataset_versions.get()
    assert version.spec.budget == 12
    assert begun.card["draft"]["tables"] == {"pool": 180, "test": 60}
    preview = send(page, f"{way}texts", description="**Choose** <script>", action="preview").content.decode()
    assert "<strong>Choose</strong> &lt;script&gt;" in preview
    assert send(page, f"{way}texts", description="Choose *well*.")["Location"] == f"{way}phases"
    version = begun.challenge.dataset_versions.get()
    assert version.spec.description == "Choose *well*."
    assert send(page, f"{way}phases", visibility="unlisted")["Location"] == f"{way}data"
    shown = page.get(f"{way}data").content.decode()
    for piece in ("Map of the public rows", "Lengths of the embeddings", "Distances to the nearest row"):
        assert piece in shown
    phase = Phase.objects.get(challenge=begun.challenge)
    assert (phase.dataset_version, phase.daily_limit, phase.round and phase.round.version) == (version, 20, "v1.0")
    assert page.get(f"{way}readiness").status_code == 200
    listed = page.get("/organize/").content.decode()
    assert "Three things" in listed
    assert "Go on: Readiness" in listed


def market_files() -> list[SimpleUploadedFile]:
    """Rows of three sellers, all in one CSV."""
    generator = np.random.default_rng(1)
    lines = ["id,label,seller,x0,x1,x2,x3"]
    for number in range(ROWS):
        vector = generator.normal(size=4)
        vector[number % 3] += 4
        cells = ",".join(f"{value:.4f}" for value in vector)
        lines.append(f"row-{number:03d},{CLASSES[number % 3]},seller {number % 4},{cells}")
    return [SimpleUploadedFile("market.csv", "\n".join(lines).encode())]


@pytest.mark.parametrize(
    ("kind", "files", "changes"),
    [("cleaning", raw_files, {"action": "rank"}), ("acquisition", market_files, {"buyer_rows": "30"})],
)
def test_the_other_kinds(
    page: Client, kind: str, files: Callable[[], list[SimpleUploadedFile]], changes: dict[str, str]
) -> None:
    way = "/challenges/three-things/organize/"
    page.post("/organize/new", ABOUT | {"kind": kind, "files": files()})
    draft = Draft.objects.select_related("challenge").get()
    work(draft)
    assert send(page, f"{way}columns").status_code == 302
    assert send(page, f"{way}scoring", **changes).status_code == 302
    job = work(draft)
    assert job.status == "succeeded", job.message
    assert draft.challenge.dataset_versions.get().spec.kind == kind
    assert page.get(f"{way}texts").status_code == 200
    assert page.get(f"{way}data").status_code == 200


def test_answers_that_do_not_fit_lead_back(page: Client, described: Draft) -> None:
    way = "/challenges/three-things/organize/"
    assert send(page, f"{way}columns").status_code == 302
    assert send(page, f"{way}scoring", budget="5000").status_code == 302
    assert work(described).status == "failed"
    text = page.get(f"{way}texts").content.decode()
    assert "It cannot be done like this" in text
    assert f'href="{way}scoring"' in text
    assert not described.challenge.dataset_versions.exists()


def test_parameters_of_the_chosen_model_are_checked_and_kept(page: Client, described: Draft) -> None:
    way = "/challenges/three-things/organize/"
    assert send(page, f"{way}columns").status_code == 302
    wrong = send(page, f"{way}scoring", **{"logistic-regression-C": "0", "nearest-neighbours-k": "7"})
    assert wrong.status_code == 400
    text = wrong.content.decode()
    assert 'id="id_logistic-regression-C_error"' in text
    assert "too small. It must be more than 0." in text
    assert '<details class="fold" open>' in text
    right = {"logistic-regression-C": "0.5", "logistic-regression-balanced": "on", "nearest-neighbours-k": "7"}
    assert send(page, f"{way}scoring", **right).status_code == 302
    described.refresh_from_db()
    assert described.answers["scoring"]["parameters"] == {"C": 0.5, "balanced": True}
    kept = fields_of(form_with(page.get(f"{way}scoring").content.decode()))
    assert (kept["logistic-regression-C"], kept.get("nearest-neighbours-k", "")) == ("0.5", "")


def test_nobody_else_sees_a_draft(client: Client, begun: Draft, other: User) -> None:
    client.logout()
    assert client.get("/challenges/three-things/").status_code == 404
    client.force_login(other)
    assert client.get("/challenges/three-things/").status_code == 404
    assert client.get("/challenges/three-things/organize/columns").status_code == 404
    assert "Three things" not in client.get("/").content.decode()


def test_errors_stand_at_their_field(page: Client, described: Draft) -> None:
    way = "/challenges/three-things/organize/"
    page.get(f"{way}columns")
    answer = send(page, f"{way}columns", **{"test_share": "300", "role-0-1": "id"})
    assert answer.status_code == 400
    text = answer.content.decode()
    assert 'id="id_test_share_error"' in text
    assert "Ensure this value is less than or equal to 99" in text
    # What was typed is still there, and nothing was saved.
    assert 'value="300"' in text
    described.refresh_from_db()
    assert "files" not in described.answers
    two_ids = send(page, f"{way}columns", **{"role-0-0": "id", "role-0-1": "id"})
    assert two_ids.status_code == 400
    assert "cannot both be the id" in two_ids.content.decode()


def test_two_windows_lose_no_answer(page: Client, described: Draft) -> None:
    way = "/challenges/three-things/organize/columns"
    first = fields_of(form_with(page.get(way).content.decode()))
    assert page.post(way, first | {"seed": "1"}).status_code == 302
    second = page.post(way, first | {"seed": "2"})
    assert second.status_code == 409
    text = second.content.decode()
    assert "saved this step meanwhile" in text
    assert 'name="seed" value="2"' in text
    described.refresh_from_db()
    assert described.answers["split"]["seed"] == 1
    assert page.post(way, fields_of(form_with(text))).status_code == 302
    described.refresh_from_db()
    assert described.answers["split"]["seed"] == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("../../etc/passwd", b"id,label\n1,2\n"),
        ("labels\u202e.csv", b"id,label\n1,2\n"),
        ("x" * 300 + ".csv", b"id,label\n1,2\n"),
    ],
)
def test_hostile_names_are_problems(page: Client, name: str, content: bytes) -> None:
    head = f'Content-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in ABOUT.items()
    ]
    body = b"".join([*parts, b"--b\r\n", head, content, b"\r\n--b--\r\n"])
    answer = page.post("/organize/new", body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 400
    assert not Challenge.objects.exists()


BROKEN = (
    b"\n",
    b"\x00" * 2000,
    b"PK\x03\x04broken",
    b"\x93NUMPY\x01\x00v\x00{'descr': '|O'}",
    b'id,label\n"',
    b"PAR1PAR1",
)


def test_hostile_contents_are_problems(page: Client) -> None:
    """Every invalid content under every file ending: each is reported as a problem, none crashes."""
    files = [
        SimpleUploadedFile(f"{number}.{ending}", content)
        for number, content in enumerate(BROKEN)
        for ending in ("csv", "npz", "npy", "parquet")
    ]
    page.post("/organize/new", ABOUT | {"files": files})
    draft = Draft.objects.get()
    assert work(draft).status in ("succeeded", "failed")
    text = page.get("/challenges/three-things/organize/columns").content.decode()
    assert "These files do not make a challenge yet" in text
    assert "cannot be used" in page.get("/challenges/three-things/organize/files").content.decode()


def test_too_much_is_refused_as_it_comes(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leaderboard.web.uploadguard.OrganizerUploadHandler.max_total", 1000)
    answer = page.post("/organize/new", ABOUT | {"files": raw_files()})
    assert answer.status_code == 400
    assert "in all" in answer.content.decode()
    assert not Challenge.objects.exists()


def test_a_form_without_its_token_is_refused(user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert strict.post("/organize/new", ABOUT | {"files": raw_files()}).status_code == 403
    assert not Challenge.objects.exists()


def test_an_address_that_is_taken(page: Client, begun: Draft) -> None:
    answer = page.post("/organize/new", ABOUT | {"files": raw_files()})
    assert answer.status_code == 400
    assert "another challenge has this address" in answer.content.decode().lower()
    assert Challenge.objects.count() == 1


def test_a_draft_is_deleted_by_its_owner(page: Client, begun: Draft) -> None:
    address = "/challenges/three-things/organize/delete"
    assert "There is no way back" in page.get(address).content.decode()
    assert page.post(address)["Location"] == "/organize/"
    assert not Challenge.objects.exists()
    assert not Draft.objects.exists()


def test_a_file_is_taken_out(page: Client, described: Draft) -> None:
    file = described.files.get(name="labels.csv")
    answer = page.post(f"/challenges/three-things/organize/take-out/{file.pk}")
    assert answer["Location"] == "/challenges/three-things/organize/files"
    described.refresh_from_db()
    assert [item.name for item in described.files.all()] == ["vectors.npz"]
    job = drafting.newest_job(described)
    assert job is not None
    assert (described.work, job.status) == ("describe", "queued")


@pytest.fixture
def owned(phase: Phase, user: User) -> Phase:
    """The open phase of a published challenge that ada owns."""
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    return phase


def test_phases_that_overlap_or_end_before_they_start(page: Client, owned: Phase) -> None:
    way = "/challenges/tiny/organize/phases/new"
    times = {
        "name": "Round 2",
        "time_zone": "Asia/Tokyo",
        "starts_at": "2030-01-02T00:00",
        "ends_at": "2030-01-01T00:00",
    }
    text = send(page, way, **times).content.decode()
    assert escape("The phase ends before it starts.") in text
    text = send(page, way, **times | {"ends_at": "2030-02-01T00:00"}).content.decode()
    assert escape("The phase 'Round 2' starts while 'Round 1' is open, which has no end.") in text
    assert Phase.objects.count() == 1


def test_what_a_running_phase_may_still_change(page: Client, owned: Phase) -> None:
    way = f"/challenges/tiny/organize/phases/{owned.pk}"
    Phase.objects.update(time_zone="Europe/Berlin")
    assert send(page, way, ends_at="2031-03-01T12:00").status_code == 302
    owned.refresh_from_db()
    assert owned.ends_at is not None
    assert owned.ends_at.isoformat() == "2031-03-01T11:00:00+00:00"
    assert "now ends: 2031-03-01 11:00 UTC" in Announcement.objects.get().body
    earlier = send(page, way, ends_at="2031-02-01T12:00")
    assert earlier.status_code == 400
    assert "can only be moved to a later time" in earlier.content.decode()
    fewer = send(page, way, daily_limit="1")
    assert "can only be raised now" in fewer.content.decode()


def test_a_freeze_that_is_taken_away_brings_back_what_it_kept_off(page: Client, owned: Phase, user: User) -> None:
    now = timezone.now()
    Phase.objects.update(freezes_at=now + timedelta(hours=1), ends_at=now + timedelta(days=1))
    factories.evaluate(factories.submission(owned, user), 0.9)
    Submission.objects.update(created_at=now + timedelta(hours=2))
    # As a worker would write it if its clock is ahead, or if it is scoring when the freeze begins.
    rewrite_board(owned.pk, now + timedelta(hours=2))
    assert not board_entries(owned).exists()
    way = f"/challenges/tiny/organize/phases/{owned.pk}"
    assert send(page, way, freezes_at="").status_code == 302
    assert board_entries(owned).count() == 1


def test_a_freeze_that_has_begun_stays(page: Client, owned: Phase) -> None:
    now = timezone.now()
    Phase.objects.update(freezes_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1))
    answer = send(page, f"/challenges/tiny/organize/phases/{owned.pk}", freezes_at="")
    assert answer.status_code == 400
    assert "The board has frozen already" in answer.content.decode()


def test_results_stay_official(page: Client, owned: Phase) -> None:
    now = timezone.now()
    times = {"starts_at": 9, "ends_at": 5, "review_ends_at": 1}
    Phase.objects.update(**{name: now - timedelta(days=days) for name, days in times.items()})
    answer = send(page, f"/challenges/tiny/organize/phases/{owned.pk}", review_ends_at="2031-01-01T00:00")
    assert answer.status_code == 400
    assert "The results are official" in answer.content.decode()


def test_a_phase_that_is_added_later_scores_the_hidden_part_at_its_end(page: Client, owned: Phase) -> None:
    """In a published challenge; earlier phases keep their data."""
    hidden = factories.other_version(owned.dataset_version, split=Split.FINAL, is_final_part=True)
    DatasetVersion.objects.filter(pk=owned.dataset_version_id).update(final_part=hidden)
    Phase.objects.update(ends_at=timezone.now() + timedelta(days=1))
    way = "/challenges/tiny/organize/phases/new"
    last = {"name": "Round 3", "time_zone": "UTC", "starts_at": "2031-03-01T00:00"}
    assert "is scored when the phase ends, and it has no end" in send(page, way, **last).content.decode()
    assert send(page, way, **last, ends_at="2031-04-01T00:00").status_code == 302
    between = {"name": "Round 2", "time_zone": "UTC", "starts_at": "2031-01-01T00:00", "ends_at": "2031-02-01T00:00"}
    assert send(page, way, **between).status_code == 302
    finals = Phase.objects.order_by("starts_at").values_list("name", "final_dataset_version")
    assert list(finals) == [("Round 1", None), ("Round 2", None), ("Round 3", hidden.pk)]


def test_a_time_that_the_clock_skips(page: Client, owned: Phase) -> None:
    answer = send(
        page, f"/challenges/tiny/organize/phases/{owned.pk}", time_zone="Europe/Berlin", ends_at="2031-03-30T02:30"
    )
    assert answer.status_code == 400
    assert escape("2031-03-30 02:30 doesn't exist in Europe/Berlin") in answer.content.decode()


def test_texts_change_at_any_time(page: Client, owned: Phase) -> None:
    assert send(page, "/challenges/tiny/organize/texts", summary="Another summary.").status_code == 302
    owned.dataset_version.refresh_from_db()
    assert owned.dataset_version.spec.summary == "Another summary."
    assert "Another summary." in page.get("/challenges/tiny/").content.decode()


def test_the_list_costs_the_same_for_many(
    page: Client, begun: Draft, user: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(5):
        made = Challenge.objects.create(
            slug=f"more-{number}", title="More", summary="", kind="selection", domain="text"
        )
        Draft.objects.create(challenge=made, answers={"kind": {"kind": "selection"}})
        Role.objects.create(challenge=made, user=user, name="organizer")
    with django_assert_max_num_queries(8):
        assert page.get("/organize/").status_code == 200


def test_a_worker_that_always_dies_is_told_and_can_be_tried_again(page: Client, begun: Draft) -> None:
    job = drafting.newest_job(begun)
    assert job is not None
    for _ in range(transitions.MAX_FAULTS):
        assert transitions.claim(job.pk, worker="dead")
        maintain(timezone.now() + timedelta(hours=1))
    text = page.get("/challenges/three-things/organize/columns").content.decode()
    assert "This one is on us" in text
    assert drafting.OUR_FAULT in html.unescape(text)
    assert "Try once more" in text
    assert page.post("/challenges/three-things/organize/build").status_code == 302
    again = drafting.newest_job(begun)
    assert again is not None
    assert (again.pk != job.pk, again.status) == (True, "queued")


def test_answers_that_are_changed_back_have_their_data_again(page: Client, described: Draft) -> None:
    """What a page shows is the newest work: that on the answers in between must not stand in the way for good."""
    way = "/challenges/three-things/organize/"
    send(page, f"{way}columns")
    good = {"budget": "12"}
    assert send(page, f"{way}scoring", **good).status_code == 302
    first = work(described)
    assert first.status == "succeeded", first.message

    assert send(page, f"{way}scoring", **good).status_code == 302
    assert drafting.newest_job(described) == first  # nothing has changed, nothing is done

    for in_between in ("failed", "queued"):
        assert send(page, f"{way}scoring", metric="f1", **good).status_code == 302
        job = drafting.newest_job(described) if in_between == "queued" else work(described)
        assert job is not None
        assert job.status == in_between, job.message
        assert send(page, f"{way}scoring", **good, metric="").status_code == 302
        assert work(described).status == "succeeded"
        for step in ("texts", "data"):
            text = page.get(f"{way}{step}").content.decode()
            assert "cannot be done like this" not in text
            assert "waiting" not in text


def test_stored_files_are_not_swept(begun: Draft, own_folders: Path) -> None:
    from leaderboard.storage.sweep import _is_used  # noqa: PLC0415 - a private function that the test only checks

    assert all(_is_used(file.sha256) for file in begun.files.all())


def test_a_bundle_is_uploaded(page: Client, user: User, tiny_bundle: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in tiny_bundle.rglob("*.*"):
            zipped.write(path, path.relative_to(tiny_bundle))
    whole = SimpleUploadedFile("tiny.zip", archive.getvalue())
    assert page.post("/organize/bundle", {"files": whole})["Location"] == "/challenges/tiny/organize/"
    assert Role.objects.get(challenge__slug="tiny").user == user
    assert page.get("/challenges/tiny/organize/")["Location"] == "/challenges/tiny/organize/phases"


def test_a_broken_bundle_leaves_nothing(page: Client) -> None:
    answer = page.post("/organize/bundle", {"files": SimpleUploadedFile("tiny.zip", b"PK\x03\x04no")})
    assert answer.status_code == 400
    assert "in the way" in answer.content.decode()
    assert not Challenge.objects.exists()


def test_somebody_with_many_drafts(page: Client, user: User) -> None:
    """Those from bundles count too; they have no answers."""
    for number in range(20):
        made = Challenge.objects.create(
            slug=f"more-{number}", title="More", summary="", kind="selection", domain="text"
        )
        if number % 2:
            Draft.objects.create(challenge=made)
        Role.objects.create(challenge=made, user=user, name="owner")
    answer = page.post("/organize/new", ABOUT | {"files": raw_files()})
    assert answer.status_code == 400
    assert "You have 20 drafts." in answer.content.decode()
