"""A whole challenge with one request: what is created, who owns it, and that a refused bundle leaves nothing behind."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import LazySettings
from django.test import Client

from challenges.drafts import drafts
from challenges.models import Challenge, DatasetVersion, Phase, Role
from evaluators import sandbox
from evaluators.specification import schema_text
from leaderboard.api.bundles import SEND
from leaderboard.jobs import awaiting
from leaderboard.models import ApiToken, Job, Lane, Submission, User
from leaderboard.organizing import bundles, dryrun
from leaderboard.teams.teams import baselines_team
from tests import factories
from tests.evaluators.conftest import ROOT
from tests.hostile.build_bundles import SPECIFICATION, csv, good, rows

PAGE = ROOT / "docs" / "bundles.md"
ADDRESS = "/api/v1/challenges/"
Api = Callable[[User | None], Client]
Files = dict[str, bytes]


def zipped(files: Files) -> io.BytesIO:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    content.seek(0)
    content.name = "kitchen.zip"
    return content


def send(client: Client, files: Files) -> Any:
    return client.post(ADDRESS, {"bundle": zipped(files)})


def with_final(text: str = SPECIFICATION) -> Files:
    final = "final:\n  files: [hidden/final.csv]\n  label: label\nphases:"
    return good() | {
        "challenge.yaml": text.replace("phases:", final).encode(),
        "hidden/final.csv": csv(rows("final", 9, seed=2)),
    }


def nothing_is_left(settings: LazySettings) -> bool:
    folders = (settings.OBJECTS_DIR, settings.DATASETS_DIR, settings.SCRATCH_DIR)
    left = [path for folder in folders for path in Path(folder).rglob("*") if path.is_file()]
    return not left and not Challenge.objects.exists() and not DatasetVersion.objects.exists()


def test_a_bundle_becomes_its_senders_draft(user: User, api: Api, settings: LazySettings) -> None:
    answer = send(api(user), good())
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert (body["slug"], body["status"], body["version"], body["phases"]) == ("kitchen", "draft", 1, ["Open", "Final"])
    assert answer["Location"] == body["url"] == f"{settings.PUBLIC_URL}/challenges/kitchen/"
    assert "dry run" in body["next"]
    challenge = Challenge.objects.get()
    assert (challenge.title, challenge.kind, challenge.domain) == ("Kitchen", "selection", "vision")
    assert [(role.user, role.name) for role in Role.objects.all()] == [(user, "owner")]
    version = challenge.dataset_versions.get()
    assert {file.name: file.is_public for file in version.files.all()} == {
        "public/pool.parquet": True,
        "hidden/test.csv": False,
    }
    first = challenge.phases.get(name="Open")
    assert first.starts_at.isoformat() == "2027-03-01T08:00:00+00:00"
    assert (first.time_zone, first.daily_limit, first.dataset_version) == ("Europe/Berlin", 5, version)
    assert not any(Path(settings.SCRATCH_DIR).iterdir())
    assert api(None).get(f"{ADDRESS}kitchen/").status_code == 404
    assert api(user).get(f"{ADDRESS}kitchen/").status_code == 200


def test_the_hidden_part_belongs_to_the_last_phase(user: User, api: Api) -> None:
    assert send(api(user), with_final()).status_code == 201
    challenge = Challenge.objects.get()
    last, first = challenge.phases.get(name="Final"), challenge.phases.get(name="Open")
    assert last.final_dataset_version is not None
    assert last.final_dataset_version.spec.data_files == ["public/pool.parquet", "hidden/final.csv"]
    assert last.dataset_version.spec.data_files == ["public/pool.parquet", "hidden/test.csv"]
    assert first.final_dataset_version is None


def test_a_hidden_part_needs_an_end(user: User, api: Api, settings: LazySettings) -> None:
    endless = SPECIFICATION.replace("    ends: 2027-05-01\n    review_ends: 2027-05-15\n", "")
    answer = send(api(user), with_final(endless))
    assert answer.status_code == 400
    (problem,) = answer.json()["problems"]
    assert problem["field"] == "phases.1.ends"
    assert problem["remedy"] == "Add its end."
    assert nothing_is_left(settings)


def test_sent_again_by_its_organizer_it_is_a_new_version(user: User, api: Api) -> None:
    send(api(user), good())
    colleague = factories.user("lin")
    Role.objects.create(challenge=Challenge.objects.get(), user=colleague, name="organizer")
    changed = good() | {"hidden/test.csv": csv(rows("test", 12, seed=3))}
    changed["challenge.yaml"] = changed["challenge.yaml"].replace(b"title: Kitchen", b"title: Kitchen, larger")
    answer = send(api(colleague), changed)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["version"] == 2
    challenge = Challenge.objects.get()
    assert challenge.title == "Kitchen, larger"
    assert {phase.dataset_version.number for phase in challenge.phases.all()} == {2}
    assert {phase.name for phase in challenge.phases.all()} == {"Open", "Final"}
    assert [role.name for role in Role.objects.filter(user=user)] == ["owner"]


def test_a_dry_run_does_not_hold_a_draft_on_its_data(user: User, api: Api) -> None:
    send(api(user), good())
    phase = Phase.objects.select_related("challenge", "dataset_version").earliest("starts_at")
    dryrun.start(phase, by=None)
    submission = Submission.objects.create(
        phase=phase,
        team=baselines_team(),
        name="Random",
        client="baseline",
        is_baseline=True,
        baseline="random",
        quota_day="2026-01-01",
    )
    assert send(api(user), good() | {"hidden/test.csv": csv(rows("test", 12, seed=9))}).status_code == 201
    assert not Submission.objects.filter(pk=submission.pk).exists()
    assert {item.dataset_version.number for item in Phase.objects.select_related("dataset_version")} == {2}


def test_phases_of_a_challenge_that_people_see_stay(user: User, api: Api) -> None:
    send(api(user), good())
    Challenge.objects.update(status="published")
    before = list(Phase.objects.order_by("pk").values())
    changed = good() | {"hidden/test.csv": csv(rows("test", 12, seed=3))}
    changed["challenge.yaml"] = changed["challenge.yaml"].replace(b"daily_limit: 5", b"daily_limit: 1")
    assert send(api(user), changed).json()["version"] == 2
    assert list(Phase.objects.order_by("pk").values()) == before


def test_another_owners_address_is_taken(user: User, api: Api) -> None:
    send(api(user), good())
    stranger = factories.user("eve")
    before = list(Challenge.objects.values())
    for name in ("participant", "judge"):
        Role.objects.create(challenge=Challenge.objects.get(), user=factories.user(name), name=name)
    for sender in (stranger, *User.objects.filter(username__in=["participant", "judge"])):
        answer = send(
            api(sender), good() | {"challenge.yaml": SPECIFICATION.replace("budget: 6", "budget: 5").encode()}
        )
        assert answer.status_code == 400
        assert answer.json()["detail"] == (
            "challenge.yaml, field 'slug': another challenge has this address. Choose another one."
        )
    assert list(Challenge.objects.values()) == before
    assert DatasetVersion.objects.count() == 1


def test_an_archived_challenge_takes_no_new_data(user: User, api: Api) -> None:
    send(api(user), good())
    Challenge.objects.update(status="archived")
    answer = send(api(user), good())
    assert answer.status_code == 400
    assert "is archived" in answer.json()["detail"]


def test_drafts_are_bounded(user: User, api: Api, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 0)
    answer = send(api(user), good())
    assert answer.status_code == 400
    assert "you have 0 drafts" in answer.json()["detail"]
    assert nothing_is_left(settings)


def test_who_is_not_known_is_not_read(api: Api, db: None, settings: LazySettings) -> None:
    answer = send(api(None), good())
    assert answer.status_code == 401
    assert nothing_is_left(settings)


@pytest.mark.parametrize("sent", [{}, {"files": io.BytesIO(b"x")}, {"bundle": "text"}])
def test_one_file_is_asked_for(sent: dict[str, Any], user: User, api: Api, settings: LazySettings) -> None:
    answer = api(user).post(ADDRESS, sent)
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["field"] == "bundle"
    assert "curl -H" in answer.json()["detail"]
    assert nothing_is_left(settings)


def test_more_than_an_organizer_may_send_is_thrown_away(
    user: User, api: Api, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leaderboard.web.uploadguard.OrganizerUploadHandler.max_total", 1024)
    answer = send(api(user), good())
    assert answer.status_code == 400
    assert "are larger than 1 KiB in all" in answer.json()["detail"]
    assert nothing_is_left(settings)


def test_without_a_sandbox_nothing_is_opened_and_it_waits(
    user: User, api: Api, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(sandbox, "work", mock.Mock(side_effect=sandbox.SandboxUnavailable("no user namespaces")))
        answer = send(api(user), good())
    assert answer.status_code == 202
    body = answer.json()
    assert (body["kind"], body["status"], body["finished"]) == ("check-bundle", "queued", None)
    assert body["waiting"]["reason"].startswith("No worker is running")
    assert answer["Location"] == body["url"] == f"{settings.PUBLIC_URL}/api/v1/jobs/{body['id']}/"
    assert "namespaces" not in answer.content.decode()
    factories.run_job(body["id"])
    found = api(user).get(f"/api/v1/jobs/{body['id']}/").json()
    assert (found["status"], found["result"]) == ("succeeded", {"challenge": "kitchen", "version": 1})
    assert (found["waiting"], found["finished"] is not None) == (None, True)


def test_a_job_is_shown_to_the_one_who_asked(user: User, api: Api) -> None:
    send(api(user), good())
    job = Job.objects.get()
    address = f"/api/v1/jobs/{job.pk}/"
    staff = factories.user("root", is_staff=True, is_superuser=True)
    assert [api(who).get(address).status_code for who in (user, factories.user("eve"), staff, None)] == [
        200,
        404,
        404,
        401,
    ]
    assert api(user).get("/api/v1/jobs/999999/").status_code == 404


def test_nobody_watches_the_background(user: User, api: Api) -> None:
    """Its outcome is about data that may still be hidden."""
    send(api(user), good())
    Job.objects.update(lane=Lane.BACKGROUND)
    assert api(user).get(f"/api/v1/jobs/{Job.objects.get().pk}/").status_code == 404


def test_a_refused_bundle_says_so_to_who_watches(user: User, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awaiting, "pause", lambda: None)
    answer = send(api(user), {"challenge.yaml": b"kind: none"})
    assert answer.status_code == 202
    factories.run_queue()
    found = api(user).get(f"/api/v1/jobs/{answer.json()['id']}/").json()
    assert found["status"] == "failed"
    assert found["problems"][0]["file"] == "challenge.yaml"


@pytest.mark.parametrize(("reason", "status"), [("timeout", 400), ("memory", 400), ("crash", 500), ("result", 500)])
def test_work_that_fails_is_said_calmly(
    reason: str, status: int, user: User, api: Api, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*args: Any, **more: Any) -> bytes:
        raise sandbox.WorkFailed(reason, "the secret of the log")

    monkeypatch.setattr(sandbox, "work", failing)
    answer = send(api(user), good())
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert "secret" not in answer.content.decode()
    assert nothing_is_left(settings)


@pytest.mark.parametrize(
    "printed",
    [b"", b"{}", b"[" * 100_000, b'{"specification": {"kind": "selection"}}', b'{"specification": NaN}'],
    ids=["nothing", "empty", "deep", "half", "nan"],
)
def test_what_the_sandbox_prints_is_not_believed(
    printed: bytes, user: User, api: Api, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "work", lambda *args, **more: printed)
    assert send(api(user), good()).status_code == 500
    assert nothing_is_left(settings)


def test_too_many_at_once_are_asked_to_come_back(
    user: User, api: Api, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(awaiting, "pause", lambda: None)
        for number in range(bundles.MAX_UNDER_WAY):
            assert send(api(user), {"n": bytes([number])}).status_code == 202
        answer = send(api(user), good())
        assert answer.status_code == 400
        assert "bundles of yours are being checked" in answer.json()["detail"]
        assert send(api(factories.user("lin")), good()).status_code == 202
    factories.run_queue()
    assert send(api(user), good() | {"challenge.yaml": SPECIFICATION.replace("kitchen", "other").encode()})


def test_the_same_archive_twice_at_once_is_kept_for_both(
    user: User, api: Api, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(awaiting, "pause", lambda: None)
        ids = [send(api(user), good()).json()["id"] for _ in range(2)]
    for number in ids:
        factories.run_job(number)
    assert [Job.objects.get(pk=number).result["version"] for number in ids] == [1, 1]
    assert not Challenge.objects.exclude(slug="kitchen").exists()


def test_an_address_that_is_taken_meanwhile_stays_its_owners(
    user: User, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = bundles.store_bundle

    def overtaken(*args: Any, **more: Any) -> None:
        store(*args, **more)
        Challenge.objects.create(slug="kitchen", title="Theirs", kind="selection", domain="other")

    monkeypatch.setattr(bundles, "store_bundle", overtaken)
    answer = send(api(user), good())
    assert answer.status_code == 400
    assert "another challenge has this address" in answer.json()["detail"]
    assert not DatasetVersion.objects.exists()
    assert not Role.objects.exists()


def test_a_crash_while_recording_leaves_no_record(
    user: User, api: Api, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(bundles, "create_phases", broken)
    assert send(api(user), good()).status_code == 500
    assert not Challenge.objects.exists()
    assert not DatasetVersion.objects.exists()
    assert not Role.objects.exists()
    assert not any(Path(settings.SCRATCH_DIR).iterdir())


def test_the_schema_has_a_public_address(client: Client, db: None) -> None:
    answer = client.get("/schemas/challenge-1.json")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/schema+json"
    assert answer.content.decode() == schema_text()


@pytest.mark.django_db(transaction=True)
def test_one_line_of_curl(live_server: Any, tmp_path: Path) -> None:
    """The exact command that docs/bundles.md shows."""
    (tmp_path / "bundle.zip").write_bytes(zipped(good()).getvalue())
    _, token = ApiToken.objects.issue(factories.user("ada"))
    (line,) = [line for line in PAGE.read_text().splitlines() if line.startswith("curl ") and "bundle=@" in line]
    assert line == SEND.replace("ADDRESS", "https://ratchet.example")
    completed = subprocess.run(
        ["bash", "-c", line.replace("https://ratchet.example", live_server.url)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answer = json.loads(completed.stdout)
    assert (answer["slug"], answer["status"], answer["phases"]) == ("kitchen", "draft", ["Open", "Final"])
    assert Challenge.objects.get().roles.get().user.username == "ada"
