"""The whole process: a wrong test label is corrected, and two hundred entries are scored again."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from challenges.drafts.bundles import load_bundle
from challenges.models import DatasetVersion, Phase
from leaderboard.boards import switching
from leaderboard.boards.board import board_entries, rewrite_board
from leaderboard.boards.versions import current_version, start_version
from leaderboard.models import (
    BoardVersion,
    Evaluation,
    Job,
    Lane,
    Membership,
    Notice,
    Submission,
    SubmissionFile,
    Team,
    User,
)
from leaderboard.models.board import BoardCause
from leaderboard.storage import object_store
from tests import factories
from tests.boards import advance, finish_all
from tests.bundles import write_bundle

ENTRIES = 200


def fill(phase: Phase) -> None:
    """Two hundred users with one scored entry each, created directly: submitting them would take a minute."""
    users = User.objects.bulk_create(User(username=f"user{n}", email=f"user{n}@example.org") for n in range(ENTRIES))
    teams = Team.objects.bulk_create(
        Team(name=user.username, slug=user.username, is_personal=True, person=user) for user in users
    )
    Membership.objects.bulk_create(
        Membership(team=team, user=user, role="owner") for team, user in zip(teams, users, strict=True)
    )
    version = current_version(phase)
    made = [
        Submission(
            phase=phase,
            team=team,
            created_by=user,
            name=f"entry {n}",
            client="web",
            quota_day=timezone.now().date(),
        )
        for n, (team, user) in enumerate(zip(teams, users, strict=True))
    ]
    Submission.objects.bulk_create(made)
    files = [(file, object_store().put(io.BytesIO(file.content))) for file in factories.uploads()]
    SubmissionFile.objects.bulk_create(
        SubmissionFile(submission=submission, name=file.name, sha256=stored.sha256, size=stored.size)
        for submission in made
        for file, stored in files
    )
    jobs = Job.objects.bulk_create(
        Job(kind="evaluation", lane=Lane.SCORING, subject=f"submission:{one.pk}", status="succeeded") for one in made
    )
    evaluations = Evaluation.objects.bulk_create(
        Evaluation(
            submission=submission,
            board_version=version,
            dataset_version_id=version.dataset_version_id,
            job=job,
            score=1 - n / ENTRIES,
            result="{}",
            scorer="corrected 1",
        )
        for n, (submission, job) in enumerate(zip(made, jobs, strict=True))
    )
    for submission, evaluation in zip(made, evaluations, strict=True):
        submission.evaluation = evaluation
    Submission.objects.bulk_update(made, ["evaluation"])
    rewrite_board(phase.pk)


def test_a_corrected_label_and_two_hundred_entries(phase: Phase, client: Client) -> None:
    fill(phase)
    corrected = factories.other_version(phase.dataset_version)
    version = start_version(phase, corrected, BoardCause.DATA, "Row 7 was bread.")
    rounds = 0
    while BoardVersion.objects.filter(pk=version.pk, state="computing").exists():
        advance(timezone.now())
        waiting = Evaluation.objects.filter(board_version=version, job__status="queued")
        assert waiting.count() <= switching.MAX_WAITING
        # The new scores reverse the order, except that entry 0 is now in the middle.
        scores = {f"entry {n}": 0.001 + n / ENTRIES for n in range(1, ENTRIES)} | {"entry 0": 0.5}
        finish_all(version, scores)
        rounds += 1
    assert rounds == ENTRIES // switching.MAX_WAITING + 1
    first = board_entries(phase).first()
    assert first is not None
    assert (first.submission.name, first.rank_best) == (f"entry {ENTRIES - 1}", 1)
    version.refresh_from_db()
    moved = {change["name"]: (change["old_rank"], change["new_rank"]) for change in version.changes}
    assert len(moved) == ENTRIES
    assert (moved["entry 0"], moved["entry 199"], moved["entry 1"]) == ((1, 101), (200, 1), (2, 200))
    old = BoardVersion.objects.get(phase=phase, number=1)
    assert [entry["name"] for entry in old.content["entries"]] == [f"entry {n}" for n in range(ENTRIES)]
    titles = dict(Notice.objects.values_list("user__username", "title"))
    assert len(titles) == ENTRIES
    assert titles["user199"] == "Tiny scored again: rank 200 → 1"
    assert User.objects.get(username="user199").unread_notices == 1
    address = "/challenges/tiny/leaderboard/versions/"
    for path in (f"{address}1/", f"{address}2/", f"{address}2/changes/?sort=movement"):
        page = client.get(path)
        assert (page.status_code, "Page 1 of 2" in page.content.decode()) == (200, True), path


@pytest.fixture
def final(phase: Phase, tmp_path: Path, settings: LazySettings) -> DatasetVersion:
    """Another version with different test rows, as the hidden part of the phase, which ends in an hour."""
    bundle = write_bundle(tmp_path / "hidden", seed=7, test={"files": ["hidden/kept.parquet"], "label": "label"})
    made = load_bundle(bundle, store=object_store(), datasets=settings.DATASETS_DIR)
    assert made != phase.dataset_version
    Phase.objects.filter(pk=phase.pk).update(final_dataset_version=made, ends_at=timezone.now() + timedelta(hours=1))
    phase.refresh_from_db()
    return made


def test_in_the_real_sandbox_on_a_hidden_part(phase: Phase, final: DatasetVersion, user: User) -> None:
    submission = factories.submission(phase, user)
    factories.run_queue()
    assert phase.ends_at is not None
    advance(phase.ends_at)
    assert factories.run_queue() == 1
    advance(phase.ends_at)
    phase.refresh_from_db()
    submission.refresh_from_db()
    assert phase.dataset_version == final
    assert submission.evaluation.status == "succeeded", submission.evaluation.message
    assert submission.evaluation.dataset_version == final
    assert [entry.submission for entry in board_entries(phase)] == [submission]


ROUTES = (
    "/",
    "/submissions/",
    "/notices/",
    "/challenges/tiny/",
    "/challenges/tiny/rows/",
    "/challenges/tiny/submit",
    "/challenges/tiny/decisions/",
    "/challenges/tiny/leaderboard/",
    "/challenges/tiny/leaderboard/?all=1",
    "/challenges/tiny/leaderboard/versions/",
    "/challenges/tiny/leaderboard/versions/1/",
    "/challenges/tiny/leaderboard/versions/2/",
    "/challenges/tiny/leaderboard/versions/2/changes/",
    "/challenges/tiny/files/hidden/kept.parquet",
    "/submissions/{id}/",
    "/submissions/{id}/result.json",
    "/api/v1/challenges/",
    "/api/v1/challenges/tiny/",
    "/api/v1/challenges/tiny/files/",
    "/api/v1/challenges/tiny/files/hidden/kept.parquet",
    "/api/v1/schema/",
    "/api/v1/challenges/tiny/leaderboard/",
    "/api/v1/challenges/tiny/leaderboard.csv",
    "/api/v1/challenges/tiny/board.json",
    "/api/v1/challenges/tiny/leaderboard/versions/",
    "/api/v1/challenges/tiny/leaderboard/versions/2/",
    "/api/v1/challenges/tiny/leaderboard/versions/2/changes.csv",
    "/api/v1/challenges/tiny/decisions/",
    "/api/v1/submissions/",
    "/api/v1/submissions/{id}/",
    "/healthz",
)


def test_before_the_end_and_before_the_switch_no_route_shows_anything_of_the_hidden_part(
    phase: Phase,
    final: DatasetVersion,
    user: User,
    api: Callable[[User | None], Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    submission = factories.submission(phase, user)
    factories.evaluate(submission, 0.5)
    assert phase.ends_at is not None
    advance(phase.ends_at - timedelta(seconds=1))
    assert not Evaluation.objects.filter(dataset_version=final).exists()
    known = set(phase.dataset_version.files.values_list("sha256", flat=True))
    own_files = [file.sha256 for file in final.files.all() if file.sha256 not in known]
    assert own_files, "its test rows are others"
    # The digests and names of its files, ids of its rows, and its own digest.
    words = [final.digest, *own_files, "kept.parquet", "test-0"]
    _assert_absent(words, submission, user, api, caplog)
    # The phase ends and everything is scored on the hidden part, but the board has not been switched yet.
    advance(phase.ends_at)
    finish_all(BoardVersion.objects.get(cause="final"), {"mine": 0.8765})
    _assert_absent([*words, "8765"], submission, user, api, caplog)
    advance(phase.ends_at)
    assert "8765" in client_of(user).get("/challenges/tiny/leaderboard/").content.decode()


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def _assert_absent(
    words: list[str],
    submission: Submission,
    user: User,
    api: Callable[[User | None], Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = User.objects.filter(username="eve").first() or factories.user("eve")
    judge = User.objects.filter(username="joe").first() or factories.user("joe")
    submission.phase.challenge.roles.get_or_create(user=judge, name="judge")
    for reader in (None, user, other, judge):
        for client in (client_of(reader), api(reader)):
            for route in ROUTES:
                answer = client.get(route.format(id=submission.pk))
                content = b"".join(answer) if answer.streaming else answer.content
                # A response may repeat the requested path, whether it exists or not.
                text = content.decode(errors="replace").replace(route, "")
                for word in words:
                    assert word not in text, (route, reader, word)
    for word in words:
        assert word not in caplog.text
