"""Migrations that change existing rows, run on rows from before the migration."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps

from challenges.drafts.drafts import add_files, create_draft, data_mark, is_built
from challenges.models import DatasetVersion, Draft, DraftFile, Phase, Role
from leaderboard.models import ApiToken, Entrant, User
from leaderboard.models.token import Scope
from leaderboard.teams.teams import baselines_team
from tests import factories


@pytest.mark.parametrize("times", [1, 2])
def test_whoever_submitted_before_stays_with_the_team(phase: Phase, user: User, times: int) -> None:
    made = factories.submission(phase, user)
    factories.submission(phase, user, name="second")
    factories.submission(phase, baselines_team(), baseline="random", client="baseline")
    judge = factories.user("bob")
    factories.submission(phase, judge)
    Entrant.objects.all().delete()
    Role.objects.all().delete()
    Role.objects.create(challenge=phase.challenge, user=judge, name="judge")
    for _ in range(times):
        import_module("leaderboard.migrations.0008_entrants_of_what_was_sent").add_entrants(apps, None)
    assert Entrant.objects.get(user=user).team == made.team
    assert Entrant.objects.count() == 2
    assert set(Role.objects.values_list("user__username", "name")) == {("ada", "participant"), ("bob", "judge")}


def test_the_split_of_versions_that_were_there(phase: Phase) -> None:
    """A version is final if it is the hidden part of another, or if a phase waits for it.

    A phase whose current and final versions are the same tells nothing.
    """
    first = phase.dataset_version
    versions = [first]
    for digest in "bcd":
        versions.append(factories.other_version(versions[-1], digest=digest * 64))
    _, hidden, waited_for, strayed = versions
    DatasetVersion.objects.filter(pk=first.pk).update(final_part=hidden)
    dates = {"ends_at": phase.starts_at + timedelta(hours=2)}
    Phase.objects.filter(pk=phase.pk).update(final_dataset_version=waited_for, **dates)
    factories.phase(strayed, name="strayed", final_dataset_version=strayed, **dates)
    import_module("challenges.migrations.0007_split_of_a_version").fill_splits(apps, None)
    splits = DatasetVersion.objects.order_by("number").values_list("split", flat=True)
    assert list(splits) == ["public", "final", "final", "public"]


@pytest.mark.parametrize(("kind", "stays"), [("selection", True), ("cleaning", True), ("selection", False)])
def test_a_draft_whose_data_were_built_stays_built(user: User, kind: str, stays: bool) -> None:
    """The mark of the answers was made of the sections of all kinds; now it is made of the draft's own."""
    migration = import_module("challenges.migrations.0010_marks_of_built_drafts")
    made = create_draft(user, slug="d", texts={"title": "D", "licence": "x"}, kind={"kind": kind, "domain": "other"})
    made.answers |= {"selection": {"budget": 7}, "scoring": {"seeds": [1]}}
    added = [DraftFile(name="b.csv", sha256="b" * 64, size=1), DraftFile(name="a.csv", sha256="a" * 64, size=1)]
    add_files(made, added, by=user)
    files = [("a.csv", "a" * 64), ("b.csv", "b" * 64)]
    built = migration._mark(made.answers if stays else {}, migration.BEFORE, files)
    Draft.objects.filter(pk=made.pk).update(answers=made.answers, card={"built": built, "files": {}})
    migration.mark_anew(apps, None)
    assert is_built(Draft.objects.get(pk=made.pk)) is stays


def test_an_answer_about_another_kind_changes_no_mark(user: User) -> None:
    made = create_draft(
        user, slug="d", texts={"title": "D", "licence": "x"}, kind={"kind": "cleaning", "domain": "other"}
    )
    before = data_mark(made)
    made.answers |= {"selection": {"budget": 7}}
    assert data_mark(made) == before
    made.answers |= {"cleaning": {"budget": 7}}
    assert data_mark(made) != before


def test_tokens_that_were_there_do_all_that_they_did(user: User) -> None:
    token, _ = ApiToken.objects.issue(user, scopes=[])
    import_module("leaderboard.migrations.0020_tokens_have_scopes").allow_everything(apps, None)
    token.refresh_from_db()
    assert all(token.allows(scope) for scope in Scope)
    assert (token.expires_at, token.has_expired) == (None, False)


@pytest.mark.parametrize("background", [False, True])
def test_nobody_may_watch_the_job_of_an_evaluation_in_the_background(background: bool) -> None:
    """Its outcome may be about data that is still hidden, and a job is shown to the one who asked for it."""
    fields = ("submission_id", "status", "attempt", "faults", "queued_at", "started_at", "finished_at", "message")
    phase = SimpleNamespace(challenge_id=1)
    submission = SimpleNamespace(phase=phase, team_id=2, created_by_id=3)
    evaluation = SimpleNamespace(**dict.fromkeys(fields), problems=[], background=background, submission=submission)
    job = import_module("leaderboard.migrations.0012_work_becomes_jobs")._job(SimpleNamespace, evaluation)
    assert (job.asked_by_id, job.lane) == ((None, 3) if background else (3, 2))
