"""One set of rules behind every door: a wrong change of a phase is refused everywhere, and in the same words.

The doors are the function, the organizer's page, a bundle at the command line, a bundle sent to the API, and the
administration, which changes no phase at all. A change that comes too late has no bundle: the phases of a published
challenge don't follow its bundle.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from challenges.drafts.drafts import ChangedMeanwhile
from challenges.models import Announcement, Phase, Role
from challenges.phases.creating import create_phases
from challenges.phases.rounds import RoundChoice
from challenges.phases.terms import PhaseError, mark_of, terms_of
from evaluators.cli.main import main
from evaluators.problems import InvalidValue, Problem
from evaluators.specification import LIMITS, MOMENTS, PhasePlan, PhaseTerms, moment_of
from frontend.organize.wizard import phases as pages
from leaderboard.models import ApiToken, User
from leaderboard.organizing.phases import change_phase, remove_phase
from tests import factories
from tests.bundles import write_bundle
from tests.finals import add_final
from tests.visitor import fields_of, form_with

ZONE = "Europe/Berlin"
Terms = dict[str, str]
"""The terms of a phase as an organizer types them; empty for none."""

FIRST: Terms = {"name": "Round 1", "time_zone": ZONE, "starts_at": "2031-01-01 09:00", "ends_at": "2031-02-01 09:00"}
SECOND: Terms = {"name": "Round 2", "time_zone": ZONE, "starts_at": "2031-03-01 09:00", "ends_at": "2031-04-01 09:00"}

BY_ITSELF: list[tuple[Terms, str, str]] = [
    ({"name": ""}, "name", "the phase has no name."),
    ({"name": "x" * 61}, "name", "the name has 61 characters."),
    ({"name": "Round\N{ZERO WIDTH SPACE}2"}, "name", "'Round\\u200b2' can't be a phase's name."),
    ({"time_zone": "Europe/Berln"}, "time_zone", "there is no time zone 'Europe/Berln'."),
    ({"starts_at": "2031-03-30 02:30"}, "starts_at", "2031-03-30 02:30 doesn't exist in Europe/Berlin, because"),
    ({"ends_at": "2031-02-15 09:00"}, "ends_at", "the phase ends before it starts."),
    ({"freezes_at": "2031-04-02 09:00"}, "freezes_at", "the board freezes outside the phase."),
    ({"freezes_at": "2031-03-02 09:00", "ends_at": ""}, "freezes_at", "the board freezes until the end, and"),
    ({"review_ends_at": "2031-03-31 09:00"}, "review_ends_at", "the review ends before the phase does."),
    ({"review_ends_at": "2031-05-01 09:00", "ends_at": ""}, "review_ends_at", "a review follows the end, and"),
    ({"daily_limit": "0"}, "daily_limit", "0 is too small."),
    ({"total_limit": "1000001"}, "total_limit", "1000001 is too large."),
    ({"max_team_size": "0"}, "max_team_size", "0 is too small."),
    ({"daily_limit": "9", "total_limit": "5"}, "daily_limit", "a team may submit more in a day than in the"),
]
AMONG_OTHERS: list[tuple[Terms, str, str]] = [
    ({"name": "ROUND 1"}, "name", "another phase has this name."),
    ({"name": "Ｒound １"}, "name", "another phase has this name."),
    ({"starts_at": "2031-01-15 09:00"}, "starts_at", "the phase 'Round 2' starts while 'Round 1' is open, which ends"),
    ({"ends_at": ""}, "ends_at", "a hidden part of the test set is scored when the phase ends, and"),
]


def terms(typed: Terms) -> PhaseTerms:
    """Raises InvalidValue: no clock shows one of the times."""
    zone = typed["time_zone"] if typed["time_zone"] != "Europe/Berln" else "UTC"
    values: dict[str, Any] = {"name": typed["name"], "time_zone": typed["time_zone"]}
    values |= {name: moment_of(datetime.fromisoformat(typed[name]), zone) for name in MOMENTS if typed.get(name)}
    return PhaseTerms(**values, **{name: int(typed[name]) for name in LIMITS if typed.get(name)})


def in_a_bundle(typed: Terms) -> dict[str, Any]:
    given = {name: value for name, value in typed.items() if value or name == "name"}
    return {name.removesuffix("_at"): int(value) if name in LIMITS else value for name, value in given.items()}


def bundle(folder: Path, phases: Sequence[Terms]) -> Path:
    made = add_final(write_bundle(folder))
    content = json.loads((made / "challenge.yaml").read_text())
    content |= {"slug": "another", "phases": [in_a_bundle(typed) for typed in phases]}
    (made / "challenge.yaml").write_text(json.dumps(content))
    return made


@pytest.fixture
def user(db: None) -> User:
    return factories.user("ada", is_staff=True)


@pytest.fixture
def phase(load: Callable[..., Phase], tiny_bundle: Path, user: User) -> Phase:
    """The second of two phases of a published challenge; the hidden split is scored at its end."""
    first, second = (terms(typed) for typed in (FIRST, SECOND))
    opened = load(tiny_bundle, name="Round 1", time_zone=ZONE, starts_at=first.starts_at, ends_at=first.ends_at)
    Role.objects.create(challenge=opened.challenge, user=user, name="organizer")
    hidden = factories.other_version(opened.dataset_version, split="final", is_final_part=True)
    dates = {"starts_at": second.starts_at, "ends_at": second.ends_at}
    return factories.phase(
        opened.dataset_version, name="Round 2", time_zone=ZONE, final_dataset_version=hidden, **dates
    )


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def by_function(phase: Phase, changed: Terms, user: User) -> list[Problem]:
    try:
        change_phase(phase, terms(SECOND | changed), RoundChoice(), by=user, seen=mark_of(phase))
    except PhaseError as error:
        return error.problems
    except InvalidValue as error:
        # These terms can't even be written down.
        return [replace(problem, field=next(iter(changed))) for problem in error.problems]
    raise AssertionError("the function accepts it")


def by_page(phase: Phase, changed: Terms, page: Client) -> str:
    form = {name: value.replace(" ", "T") if name in MOMENTS else value for name, value in changed.items()}
    way = f"/challenges/tiny/organize/phases/{phase.pk}"
    answer = page.post(way, fields_of(form_with(page.get(way).content.decode())) | form)
    assert answer.status_code == 400
    return str(answer.content.decode())


def by_command_line(folder: Path, changed: Terms, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["check-bundle", str(bundle(folder, [FIRST, SECOND | changed]))]) == 2
    return capsys.readouterr().err


@pytest.fixture(scope="module")
def by_api(module_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The problems of three bundles that have all of these phases; one upload for each would take half a minute."""
    found: list[dict[str, Any]] = []
    client = Client(headers={"Authorization": f"Bearer {ApiToken.objects.issue(factories.user('sender'))[1]}"})
    for phases in (
        [SECOND | changed for changed, _, _ in BY_ITSELF],
        [FIRST, SECOND | {"starts_at": "2031-01-15 09:00"}],
        [FIRST, SECOND | {"name": "ROUND 1", "ends_at": ""}],
    ):
        folder = bundle(tmp_path_factory.mktemp("sent"), phases)
        answer = client.post("/api/v1/challenges/", {"bundle": zipped(folder)})
        assert answer.status_code == 400
        found += answer.json()["problems"]
    return found


def zipped(folder: Path) -> io.BytesIO:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder))
    content.seek(0)
    content.name = "bundle.zip"
    return content


ADMIN = ("phase/{0.pk}/change/", "phase/{0.pk}/delete/", "phase/add/", "challenge/{0.challenge_id}/change/")


def stays(phase: Phase) -> bool:
    before = terms_of(phase)
    phase.refresh_from_db()
    return terms_of(phase) == before and not Announcement.objects.exists()


@pytest.mark.parametrize(("changed", "field", "message"), [*BY_ITSELF, *AMONG_OTHERS])
def test_a_wrong_phase_is_refused_in_the_same_words(
    changed: Terms,
    field: str,
    message: str,
    phase: Phase,
    page: Client,
    user: User,
    by_api: list[dict[str, Any]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = by_function(phase, changed, user)
    (problem,) = [problem for problem in found if problem.field == field and problem.message.startswith(message)]
    words = f"{problem.message} {problem.remedy}"
    assert escape(words[:1].upper() + words[1:]) in by_page(phase, changed, page)
    shown = by_command_line(tmp_path, changed, capsys)
    in_file = field.removesuffix("_at")
    assert f"field 'phases.1.{in_file}': {words}" in shown
    sent = {(item["field"].split(".")[-1], f"{item['message']} {item['remedy']}") for item in by_api}
    assert (in_file, words) in sent
    assert stays(phase)


DAYS = {"starts_at": 0, "freezes_at": 10, "ends_at": 20, "review_ends_at": 30}
NO_END = {"freezes_at": None, "ends_at": None, "review_ends_at": None}
LATE: list[tuple[int, dict[str, Any], dict[str, Any], str, str]] = [
    (-5, {}, {"starts_at": -10}, "starts_at", "the phase would start in the past."),
    (5, {}, {"starts_at": 1}, "starts_at", "the phase has started, so its start can't change."),
    (5, {}, {"ends_at": 19}, "ends_at", "teams rely on this end: it can only be moved to a later time."),
    (5, {}, {"freezes_at": 2}, "freezes_at", "the board can't freeze in the past,"),
    (5, {}, {"daily_limit": 4}, "daily_limit", "teams rely on this limit: it can only be raised now."),
    (5, {}, {"max_team_size": 4}, "max_team_size", "teams rely on this limit: it can only be raised now."),
    (5, {}, {"open_division": ""}, "open_division", "there may be entries in the open division,"),
    (5, NO_END, {"ends_at": 5.5}, "ends_at", "the phase had no end, and teams need 24 hours' notice of one."),
    (12, {}, {"freezes_at": 15}, "freezes_at", "the board has frozen already, so its freeze can't change."),
    (21, {}, {"ends_at": 25}, "ends_at", "the phase has ended, so its end can't change."),
    (21, {}, {"review_ends_at": 25}, "review_ends_at", "the review has begun:"),
    (31, {}, {"review_ends_at": 40}, "review_ends_at", "the results are official, so their review can't change."),
]
"""Age of a phase in days, other terms of it, the change, its field and the message. Times are days after its start."""


@pytest.mark.parametrize(("age", "base", "changed", "field", "message"), LATE)
def test_a_change_that_comes_too_late_is_refused_in_the_same_words(
    age: int,
    base: dict[str, Any],
    changed: dict[str, Any],
    field: str,
    message: str,
    phase: Phase,
    page: Client,
    user: User,
) -> None:
    start = timezone.now().replace(second=0, microsecond=0) - timedelta(days=age)

    def on_days(days: dict[str, Any]) -> dict[str, Any]:
        return {
            name: start + timedelta(days=value) if name in MOMENTS and value is not None else value
            for name, value in days.items()
        }

    phase.challenge.phases.exclude(pk=phase.pk).delete()
    values = on_days(DAYS | base) | {"daily_limit": 5, "total_limit": 20, "open_division": True}
    Phase.objects.filter(pk=phase.pk).update(**values, time_zone="UTC", final_dataset_version=None)
    phase.refresh_from_db()
    new = on_days(changed)
    other = replace(terms_of(phase), **{name: value or False for name, value in new.items()})
    with pytest.raises(PhaseError) as caught:
        change_phase(phase, other, RoundChoice(), by=user, seen=mark_of(phase))
    (problem,) = caught.value.problems
    assert problem.field == field
    assert problem.message.startswith(message)
    words = f"{problem.message} {problem.remedy}"
    typed = {name: f"{value:%Y-%m-%dT%H:%M}" if name in MOMENTS else str(value) for name, value in new.items()}
    assert escape(words[:1].upper() + words[1:]) in by_page(phase, typed, page)
    assert stays(phase)


def test_the_phases_of_a_published_challenge_do_not_follow_its_bundle(phase: Phase, user: User) -> None:
    version = phase.dataset_version
    create_phases(phase.challenge, [PhasePlan.model_validate(in_a_bundle(FIRST | {"name": "Other"}))], version)
    assert [item.name for item in phase.challenge.phases.order_by("starts_at")] == ["Round 1", "Round 2"]
    assert stays(phase)


def test_a_change_of_what_somebody_else_changed_or_removed(phase: Phase, page: Client, user: User) -> None:
    seen, way = mark_of(phase), f"/challenges/tiny/organize/phases/{phase.pk}"
    shown = fields_of(form_with(page.get(way).content.decode()))
    assert change_phase(phase, replace(terms_of(phase), daily_limit=7), RoundChoice(), by=user, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        change_phase(phase, replace(terms_of(phase), daily_limit=9), RoundChoice(), by=user, seen=seen)
    assert page.post(way, shown | {"daily_limit": "9"}).status_code == 409
    phase.refresh_from_db()
    assert phase.daily_limit == 7
    remove_phase(phase, by=user)
    with pytest.raises(Phase.DoesNotExist):
        remove_phase(phase, by=user)
    with pytest.raises(Phase.DoesNotExist):
        change_phase(phase, terms_of(phase), RoundChoice(), by=user, seen=seen)
    assert page.post(way, shown).status_code == page.post(f"{way}/remove").status_code == 404


@pytest.mark.parametrize("lost", ["change_phase", "remove_phase"])
def test_a_phase_that_goes_while_the_page_acts(
    lost: str, phase: Phase, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page read the phase; then somebody else removed it."""
    act = getattr(pages, lost)

    def after_the_other(found: Phase, *args: Any, **options: Any) -> Any:
        Phase.objects.filter(pk=found.pk).delete()
        return act(found, *args, **options)

    way = f"/challenges/tiny/organize/phases/{phase.pk}"
    shown = fields_of(form_with(page.get(way).content.decode()))
    monkeypatch.setattr(pages, lost, after_the_other)
    assert page.post(way if lost == "change_phase" else f"{way}/remove", shown).status_code == 404


@pytest.mark.parametrize("address", ADMIN)
def test_the_administration_has_no_form_for_a_phase(address: str, phase: Phase, staff: User) -> None:
    client = Client()
    client.force_login(staff)
    form = {"name": "Moved", "starts_at_0": "2030-01-01", "starts_at_1": "00:00:00", "phases-0-name": "Moved"}
    assert client.post(f"/admin/challenges/{address.format(phase)}", form).status_code == 403
    assert stays(phase)
