"""The demo: loaded once, with baselines that are submitted like all others."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from challenges.models import Challenge, DatasetVersion, Phase, Readiness
from evaluators.kinds import kind_named
from leaderboard.accounts.tokens import MAX_TOKENS, create_token
from leaderboard.environment import load as load_environment
from leaderboard.management import demo
from leaderboard.models import ApiToken, Submission, User
from leaderboard.teams.teams import baselines_team
from tests import factories
from tests.bundles import write_bundle

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_every_baseline_is_submitted_once(tmp_path: Path) -> None:
    write_bundle(tmp_path / "demo" / "tiny")
    said: list[str] = []
    demo.load_challenges(said.append, tmp_path / "demo")
    challenge = Challenge.objects.get()
    assert challenge.is_published
    assert challenge.current_phase.is_open
    found = Submission.objects.filter(is_baseline=True)
    assert {submission.baseline for submission in found} == set(kind_named("selection").baselines)
    assert {submission.team.slug for submission in found} == {"baselines"}
    assert all(submission.evaluation.status == "queued" for submission in found)
    assert said
    said.clear()
    with (
        mock.patch.object(demo, "load_bundle", side_effect=AssertionError("loaded again")),
        mock.patch.object(demo, "make_baselines", side_effect=AssertionError("made again")),
    ):
        demo.load_challenges(said.append, tmp_path / "demo")
    assert said == []
    assert Submission.objects.count() == len(kind_named("selection").baselines)


def test_new_data_ends_the_old_round(tmp_path: Path) -> None:
    uploads = factories.uploads()
    with mock.patch.object(demo, "make_baselines", return_value=defaultdict(lambda: uploads)):
        write_bundle(tmp_path / "demo" / "tiny")
        demo.load_challenges(print, tmp_path / "demo")
        write_bundle(tmp_path / "demo" / "tiny", seed=5, rows=61)
        demo.load_challenges(print, tmp_path / "demo")
    assert DatasetVersion.objects.count() == 2
    old, new = Phase.objects.order_by("pk")
    assert not old.is_open
    assert new.is_open
    assert old.submissions.count() == new.submissions.count() == len(kind_named("selection").baselines)


@pytest.mark.parametrize("days", [1, -1])
def test_a_phase_that_its_organizer_has_given_an_end_is_left(tmp_path: Path, days: int) -> None:
    """Running or over: starting the site again neither adds a phase nor stops with an error."""
    uploads = factories.uploads()
    with mock.patch.object(demo, "make_baselines", return_value=defaultdict(lambda: uploads)):
        write_bundle(tmp_path / "demo" / "tiny")
        demo.load_challenges(print, tmp_path / "demo")
        now = timezone.now()
        Phase.objects.update(starts_at=now - timedelta(days=2), ends_at=now + timedelta(days=days))
        Submission.objects.filter(baseline="random").delete()
        demo.load_challenges(print, tmp_path / "demo")
    phase = Phase.objects.get()
    assert phase.submissions.filter(baseline="random").exists() == (days > 0)


def test_an_archived_challenge_takes_no_new_data(tmp_path: Path) -> None:
    write_bundle(tmp_path / "demo" / "tiny")
    call_command("loadbundle", str(tmp_path / "demo" / "tiny"))
    Challenge.objects.update(status="archived")
    write_bundle(tmp_path / "demo" / "tiny", rows=61)
    with pytest.raises(CommandError, match="is archived and takes no new data"):
        call_command("loadbundle", str(tmp_path / "demo" / "tiny"))
    demo.load_challenges(print, tmp_path / "demo")
    assert DatasetVersion.objects.count() == 1


def test_a_challenge_that_goes_back_to_older_data_gets_a_round_of_its_own(tmp_path: Path) -> None:
    uploads = factories.uploads()
    with mock.patch.object(demo, "make_baselines", return_value=defaultdict(lambda: uploads)):
        for rows in (60, 61, 60):
            write_bundle(tmp_path / "demo" / "tiny", rows=rows)
            demo.load_challenges(print, tmp_path / "demo")
    rounds = Phase.objects.order_by("pk").values_list("name", "dataset_version__number")
    assert list(rounds) == [("Round 1", 1), ("Round 2", 2), ("Round 3", 1)]
    assert Challenge.objects.get().current_phase.name == "Round 3"


def test_new_data_does_not_cut_short_a_phase_with_an_end(tmp_path: Path) -> None:
    """The organizer said when it ends; the site starts all the same."""
    uploads, said = factories.uploads(), list[str]()
    with mock.patch.object(demo, "make_baselines", return_value=defaultdict(lambda: uploads)):
        write_bundle(tmp_path / "demo" / "tiny")
        demo.load_challenges(print, tmp_path / "demo")
        Phase.objects.update(ends_at=timezone.now() + timedelta(days=1))
        write_bundle(tmp_path / "demo" / "tiny", seed=5, rows=61)
        demo.load_challenges(said.append, tmp_path / "demo")
    assert Phase.objects.get().is_open
    assert "starts while 'Round 1' is open" in said[-1]


def test_the_accounts_work_and_are_made_once() -> None:
    for _ in range(2):
        demo.make_accounts(print)
    assert User.objects.count() == EmailAddress.objects.filter(verified=True).count() == 2
    for account in demo.ACCOUNTS:
        client = Client()
        answer = client.post("/accounts/login/", {"login": account.email, "password": account.password})
        assert answer.status_code == 302, answer.content.decode()[:2000]
        assert client.get("/admin/").status_code == (200 if account.is_organizer else 302)


def test_public_passwords_are_not_made_where_others_can_use_them(settings: LazySettings) -> None:
    settings.ENVIRONMENT = load_environment({"RATCHET_PUBLIC_URL": "https://ratchet.example.org"})
    said: list[str] = []
    demo.make_accounts(said.append)
    assert not User.objects.exists()
    assert "RATCHET_PUBLIC_URL" in said[0]


def test_a_token_is_printed_and_works(user: User) -> None:
    out = io.StringIO()
    call_command("apitoken", "ada", stdout=out)
    text = out.getvalue().strip()
    assert text.startswith("ratchet_")
    assert not ApiToken.objects.filter(digest__contains=text).exists()
    answer = Client().get("/api/v1/submissions/", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("arguments", [("apitoken", "nobody"), ("loadbundle", "/does/not/exist")])
def test_a_command_that_cannot_says_why(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        call_command(*arguments)


def test_loading_a_bundle_makes_a_draft(tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("loadbundle", str(write_bundle(tmp_path / "b")), stdout=out)
    assert out.getvalue().strip() == "tiny v1 (draft)"


def test_a_loaded_bundle_has_what_an_uploaded_one_has(tmp_path: Path, user: User) -> None:
    """Its phases and its owner; loaded again, a draft's phases follow, although a dry run has submitted to one."""
    spring = {"name": "Spring", "starts": "2030-03-01", "ends": "2030-04-01"}
    bundle = write_bundle(tmp_path / "b", phases=[spring])
    call_command("loadbundle", str(bundle), "--owner", "ada")
    challenge = Challenge.objects.get()
    assert [(role.user, role.name) for role in challenge.roles.all()] == [(user, "owner")]
    phase = challenge.phases.get()
    assert phase.name == "Spring"
    Readiness.objects.create(dataset_version=phase.dataset_version)
    factories.submission(phase, baselines_team(), client="baseline", baseline="random")
    write_bundle(bundle, rows=61, phases=[spring | {"name": "Summer"}])
    call_command("loadbundle", str(bundle))
    assert [(phase.name, phase.dataset_version.number) for phase in challenge.phases.all()] == [("Summer", 2)]
    factories.user("mallory")
    with pytest.raises(CommandError, match="another challenge has this address"):
        call_command("loadbundle", str(bundle), "--owner", "mallory")
    with pytest.raises(CommandError, match="no active account"):
        call_command("loadbundle", str(bundle), "--owner", "nobody")
    assert challenge.dataset_versions.count() == 2


def test_an_account_has_so_many_tokens_and_no_more(user: User) -> None:
    for _ in range(MAX_TOKENS):
        create_token(user, "laptop")
    with pytest.raises(CommandError, match="which is the most there can be"):
        call_command("apitoken", user.username)
    assert ApiToken.objects.count() == MAX_TOKENS


def test_one_challenge_can_be_loaded_alone(tmp_path: Path) -> None:
    for slug in ("tiny", "other"):
        write_bundle(tmp_path / "demo" / slug, slug=slug)
    with mock.patch.object(
        demo, "make_baselines", side_effect=lambda wanted, _: {i.name: factories.uploads() for i in wanted}
    ):
        demo.load_challenges(lambda _: None, tmp_path / "demo", only=["other"])
    assert [challenge.slug for challenge in Challenge.objects.all()] == ["other"]


def test_a_demo_that_does_not_exist_is_named() -> None:
    with pytest.raises(CommandError, match="There is no nowhere; there are .*rare-nouns"):
        call_command("loaddemo", "nowhere")
