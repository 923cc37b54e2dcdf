"""Two regressions after the end of a phase in which the board once showed something untrue."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from challenges.drafts.bundles import load_bundle
from challenges.models import Announcement, DatasetVersion, Phase, Role
from evaluators.datasets import prepare_splits
from leaderboard.boards.board import board_entries
from leaderboard.models import BoardVersion, Notice, User
from leaderboard.storage import object_store
from leaderboard.teams.teams import baselines_team
from tests import factories
from tests.boards import advance, finish_all
from tests.bundles import write_bundle
from tests.finals import add_final

BOARD = "/challenges/tiny/leaderboard/"
API = "/api/v1/challenges/tiny/leaderboard/"
RESCORING = "/challenges/tiny/organize/rescoring"
FINAL = "This is the final board: the scores on the hidden part of the test set"
OFFICIAL = "These results are official"

Load = Callable[[Path], DatasetVersion]


@pytest.fixture
def load_version(settings: LazySettings) -> Load:
    def load_one(bundle: Path) -> DatasetVersion:
        return load_bundle(bundle, store=object_store(), datasets=settings.DATASETS_DIR, preparing=prepare_splits)

    return load_one


@pytest.fixture
def organizer(client: Client, db: None) -> Client:
    client.force_login(factories.user("olga"))
    return client


def enter(phase: Phase, people: int, baselines: int = 0) -> list[str]:
    """Create scored entries of people and baselines; return their names."""
    Role.objects.create(challenge=phase.challenge, user=User.objects.get(username="olga"), name="organizer")
    for number in range(people):
        made = factories.submission(phase, factories.user(f"user{number}"), name=f"entry {number}")
        factories.evaluate(made, 0.5 + number / 100)
    for name in ("random", "nearest")[:baselines]:
        made = factories.submission(phase, baselines_team(), name=name, baseline=name, client="baseline")
        factories.evaluate(made, 0.1)
    return [entry.submission.name for entry in board_entries(phase)]


def end(phase: Phase) -> None:
    Phase.objects.filter(pk=phase.pk).update(ends_at=timezone.now() - timedelta(hours=1))


def compute(scores: dict[str, float]) -> None:
    """Do the workers' job for the version that is being computed."""
    advance(timezone.now())
    finish_all(BoardVersion.objects.get(state="computing"), scores)
    advance(timezone.now())


def shown(organizer: Client) -> tuple[bool, bool, bool]:
    """Whether the board says it is final, whether it says it is official, and whether the API says so."""
    text = Client().get(BOARD).content.decode()
    return FINAL in text, OFFICIAL in text, Client().get(API).json()["official"]


def test_a_final_board_goes_on_to_final_data_only(
    organizer: Client, load: Callable[..., Phase], load_version: Load, tmp_path: Path
) -> None:
    bundle = add_final(write_bundle(tmp_path / "b"))
    phase = load(bundle, ends_at=timezone.now() + timedelta(hours=1))
    hidden = phase.final_dataset_version
    names = enter(phase, 3)
    end(phase)
    assert shown(organizer) == (False, False, False)
    compute(dict.fromkeys(names, 0.4))
    assert shown(organizer) == (True, True, True)

    # A label of both splits is corrected.
    other = write_bundle(tmp_path / "other", seed=7)
    (bundle / "hidden/test.parquet").write_bytes((other / "hidden/test.parquet").read_bytes())
    content = json.loads((bundle / "challenge.yaml").read_text())
    (bundle / "challenge.yaml").write_text(json.dumps(content | {"final": None}))
    corrected = load_version(add_final(bundle))
    corrected_hidden = corrected.final_part
    assert corrected_hidden is not None
    assert corrected_hidden != hidden
    page = organizer.get(RESCORING)
    assert page.context["choices"] == [corrected_hidden]
    assert "scores the part that was shown" in page.content.decode()

    # A version on the public split is refused with a message, and the board does not change.
    form = {"cause": "data", "dataset": str(corrected.number), "note": "Row 7 was bread.", "official": "on"}
    refused = organizer.post(RESCORING, form)
    assert refused.status_code == 400
    assert "A final board has the scores on the hidden part of the test set" in refused.content.decode()
    assert BoardVersion.objects.count() == 2
    assert shown(organizer) == (True, True, True)

    # A version on the hidden split needs a reason and a confirmation.
    form["dataset"] = str(corrected_hidden.number)
    unconfirmed = organizer.post(RESCORING, {name: form[name] for name in ("cause", "dataset", "note")})
    assert unconfirmed.status_code == 400
    assert "Give the reason and confirm that official results change" in unconfirmed.content.decode()
    assert organizer.post(RESCORING, form | {"note": " "}).status_code == 400
    assert BoardVersion.objects.count() == 2
    assert organizer.post(RESCORING, form).status_code == 302
    assert not Announcement.objects.exists()
    compute({name: 0.3 + number / 10 for number, name in enumerate(names)})
    assert shown(organizer) == (True, True, True)
    announced = Announcement.objects.get()
    assert announced.title == "Official results have changed: Round 1"
    assert "Reason: Row 7 was bread." in announced.body
    assert announced.created_by == User.objects.get(username="olga")
    assert set(Notice.objects.filter(title=announced.title).values_list("user__username", flat=True)) == {
        "user0",
        "user1",
        "user2",
    }
    assert "Row 7 was bread." in Client().get("/challenges/tiny/announcements/").content.decode()


def test_data_that_would_empty_a_finished_board_needs_a_new_round(
    organizer: Client, phase: Phase, load_version: Load, tmp_path: Path
) -> None:
    names = enter(phase, 10, baselines=2)
    assert len(names) == 12
    end(phase)
    assert shown(organizer) == (False, True, True)
    half = load_version(write_bundle(tmp_path / "half", budget=3))
    form = {"cause": "data", "dataset": str(half.number), "note": "Half the budget.", "official": "on"}
    refused = organizer.post(RESCORING, form)
    text = refused.content.decode()
    assert refused.status_code == 400
    assert "12 of 12 entries would fail on data version 2" in text
    assert "the task &#x27;apple&#x27; has 6 rows, the budget is 3" in text
    assert "This data needs a new round: add a phase" in text
    assert not BoardVersion.objects.filter(state="computing").exists()
    advance(timezone.now())
    assert [entry.submission.name for entry in board_entries(phase)] == names

    # The organizer can add a phase, which uses the new data.
    later = {
        "name": "Round 2",
        "time_zone": "UTC",
        "starts_at": f"{timezone.now() + timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "seen": organizer.get("/challenges/tiny/organize/phases/new").context["seen"],
    }
    assert organizer.post("/challenges/tiny/organize/phases/new", later).status_code == 302
    assert Phase.objects.get(name="Round 2").dataset_version == half
    assert [entry.submission.name for entry in board_entries(phase)] == names


def test_before_results_are_official_scoring_again_is_as_it_was(
    organizer: Client, phase: Phase, load_version: Load, tmp_path: Path
) -> None:
    names = enter(phase, 2)
    corrected = load_version(write_bundle(tmp_path / "b", seed=7))
    assert "Change the official results" not in organizer.get(RESCORING).content.decode()
    form = {"cause": "data", "dataset": str(corrected.number), "note": "Row 7 was bread."}
    assert organizer.post(RESCORING, form).status_code == 302
    compute(dict.fromkeys(names, 0.4))
    assert not Announcement.objects.exists()
    end(phase)
    assert "Change the official results" in organizer.get(RESCORING).content.decode()


def test_a_version_is_stopped(organizer: Client, phase: Phase) -> None:
    names = enter(phase, 2)
    assert organizer.post(RESCORING, {"cause": "scorer", "note": "Again."}).status_code == 302
    advance(timezone.now())
    assert "Stop this version" in organizer.get(RESCORING).content.decode()
    stopped = organizer.post(RESCORING, {"do": "stop"}, follow=True).content.decode()
    assert "Version 2 is stopped. The board stays as it is." in stopped
    assert "Begin a new version" in stopped
    assert BoardVersion.objects.count() == 1
    assert "nothing to stop" in organizer.post(RESCORING, {"do": "stop"}, follow=True).content.decode()
    assert [entry.submission.name for entry in board_entries(phase)] == names
