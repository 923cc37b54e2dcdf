"""Who may do the acts of organizers: each act checks it itself, whichever door calls it, and under its lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from challenges.drafts import settings as settings_acts
from challenges.members import locking
from challenges.models import Acknowledgement, Announcement, Challenge, Draft, Phase, Readiness, Role
from challenges.models.draft import DraftWork
from challenges.publishing import publishing, readiness
from challenges.publishing.publishing import NotPublishable
from evaluators.problems import BundleError
from leaderboard.boards import versions
from leaderboard.boards.versions import VersionRefused
from leaderboard.models import BoardVersion, Job, User
from leaderboard.models.board import BoardCause
from leaderboard.notifications import announcing
from leaderboard.organizing import deleting, drafting, rescoring
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
        with suppress(NotPublishable, BundleError, VersionRefused):
            act(phase, people[who])
    else:
        with pytest.raises(PermissionDenied):
            act(phase, people[who])
        assert state() == before


@pytest.mark.parametrize("name", ACTS)
def test_the_right_is_that_under_the_lock(phase: Phase, people: dict[str, Any], name: str) -> None:
    """Somebody takes the role away while the act waits for the challenge."""
    act, roles = ACTS[name]
    locked = locking.locked

    @contextmanager
    def waited(row: Any) -> Iterator[Any]:
        Role.objects.all().delete()
        User.objects.update(is_staff=False)
        people[roles[0]].is_staff = False
        with locked(row) as found:
            yield found

    act_module = [settings_acts, publishing, readiness, announcing, versions, deleting, drafting, rescoring]
    with mock.patch.multiple("challenges.members.locking", locked=waited):
        for module in act_module:
            mock.patch.object(module, "locked", waited).start()
        try:
            with pytest.raises(PermissionDenied):
                act(phase, people[roles[0]])
        finally:
            mock.patch.stopall()
