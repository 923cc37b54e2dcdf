"""Who may do the acts of organizers: each act checks it itself, whichever door calls it, and under its lock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone

from challenges.drafts import drafts, texts
from challenges.drafts import settings as settings_acts
from challenges.models import Acknowledgement, Announcement, Challenge, Draft, DraftFile, Phase, Readiness, Role
from challenges.models.draft import DraftWork
from challenges.phases.rounds import RoundChoice
from challenges.phases.terms import PhaseError, mark_of, terms_of
from challenges.publishing import publishing, readiness
from challenges.publishing.publishing import NotPublishable
from evaluators.problems import BundleError
from evaluators.specification import PhaseTerms
from leaderboard.boards import versions
from leaderboard.boards.versions import VersionRefused
from leaderboard.models import BoardVersion, Job
from leaderboard.models.board import BoardCause
from leaderboard.notifications import announcing
from leaderboard.organizing import deleting, drafting, dryrun, phases, rescoring
from leaderboard.organizing.dryrun import NotADraft
from tests import factories

Act = Callable[[Phase, Any], object]

ORGANIZERS: dict[str, Act] = {
    "publish": lambda phase, by: publishing.publish(phase.challenge, by=by),
    "acknowledge": lambda phase, by: readiness.acknowledge(phase.dataset_version.readiness_runs.get(), ["x"], by),
    "save settings": lambda phase, by: settings_acts.save_settings(
        phase.challenge, visibility="unlisted", forum_url="", seen=settings_acts.settings_mark(phase.challenge), by=by
    ),
    "save the forum": lambda phase, by: settings_acts.save_forum(phase.challenge, "https://forum.example.org", by=by),
    "announce": lambda phase, by: announcing.announce(phase.challenge, title="News", body="Text", by=by),
    "score again": lambda phase, by: rescoring.rescore(
        phase, cause="scorer", note="New.", data_version=0, by=by, changes_official=False
    ),
    "start a version": lambda phase, by: versions.start_version(
        phase, phase.dataset_version, BoardCause.SCORER, "New.", by=by
    ),
    "stop scoring": lambda phase, by: rescoring.stop_rescoring(phase, by=by),
    "retry scoring": lambda phase, by: rescoring.retry_rescoring(phase, by=by),
    "save answers": lambda phase, by: drafts.save_answers(
        Draft.objects.get(), {"split": {}}, seen=drafts.mark_of(Draft.objects.get(), ["split"]), by=by
    ),
    "add files": lambda phase, by: drafts.add_files(
        Draft.objects.get(), [DraftFile(name="a.csv", sha256="a" * 64, size=1)], by=by
    ),
    "remove a file": lambda phase, by: drafts.remove_file(Draft.objects.get(), 0, by=by),
    "save texts": lambda phase, by: texts.save_texts(
        phase.challenge, None, {"title": "X"}, seen=texts.texts_mark(phase.challenge, None), by=by
    ),
    "add a phase": lambda phase, by: phases.add_phase(phase.challenge, PhaseTerms("New", timezone.now()), by=by),
    "change a phase": lambda phase, by: phases.change_phase(
        phase, terms_of(phase), RoundChoice(), by=by, seen=mark_of(phase)
    ),
    "remove a phase": lambda phase, by: phases.remove_phase(phase, by=by),
    "start a dry run": lambda phase, by: dryrun.start(phase, by=by),
    "ask for a build": lambda phase, by: drafting.ask(Draft.objects.get(), DraftWork.BUILD, by=by),
}
OWNERS: dict[str, Act] = {"delete": lambda phase, by: deleting.delete_challenge(phase.challenge, by=by)}
STAFF: dict[str, Act] = {
    "archive": lambda phase, by: publishing.archive(phase.challenge, by=by),
    "reopen": lambda phase, by: publishing.reopen(phase.challenge, by=by),
}
ACTS = {
    name: (act, roles)
    for acts, roles in (
        (ORGANIZERS, ("owner", "organizer", "staff")),
        (OWNERS, ("owner", "staff")),
        (STAFF, ("staff",)),
    )
    for name, act in acts.items()
}
EVERYBODY = ("owner", "organizer", "judge", "participant", "outsider", "visitor", "staff")


@pytest.fixture
def people(phase: Phase) -> dict[str, Any]:
    made = {name: factories.user(name, is_staff=name == "staff") for name in EVERYBODY if name != "visitor"}
    for name in Role.Name.values:
        Role.objects.create(challenge=phase.challenge, user=made[name], name=name)
    Draft.objects.create(challenge=phase.challenge)
    Readiness.objects.create(dataset_version=phase.dataset_version, state="broken")
    return made | {"visitor": AnonymousUser()}


def state() -> list[Any]:
    rows = [list(model.objects.order_by("pk").values()) for model in (Challenge, Phase, Draft, Announcement)]
    return [*rows, *(model.objects.count() for model in (Acknowledgement, BoardVersion, Job))]


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("name", ACTS)
def test_who_may(phase: Phase, people: dict[str, Any], name: str, who: str) -> None:
    act, roles = ACTS[name]
    before = state()
    if who in roles:
        # Another rule of the act may refuse it; the rights come first.
        with suppress(NotPublishable, BundleError, VersionRefused, PhaseError, NotADraft):
            act(phase, people[who])
    else:
        with pytest.raises(PermissionDenied):
            act(phase, people[who])
        assert state() == before


@pytest.mark.parametrize("name", ACTS)
def test_the_right_is_that_under_the_lock(
    phase: Phase, people: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody takes the role away while the act waits for the challenge."""
    act, roles = ACTS[name]
    lock = QuerySet.select_for_update

    def waited(rows: QuerySet[Any], *args: Any, **options: Any) -> QuerySet[Any]:
        if rows.model is Challenge:
            Role.objects.all().delete()
            people[roles[0]].is_staff = False
        return lock(rows, *args, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", waited)
    with pytest.raises(PermissionDenied):
        act(phase, people[roles[0]])
