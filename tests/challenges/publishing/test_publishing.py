from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import models
from django.test import Client

from challenges.models import Challenge, DataFile, Draft, Phase
from challenges.publishing.publishing import NotPublishable, archive, problems_of, publish, reopen
from leaderboard.models import User


@pytest.fixture
def draft(phase: Phase) -> Challenge:
    Challenge.objects.update(status="draft")
    return Challenge.objects.get()


def test_a_whole_challenge_is_published(draft: Challenge) -> None:
    assert problems_of(draft, without_dry_run=True) == []
    publish(draft, by=None, without_dry_run=True)
    assert Challenge.objects.get().is_published


def _without_phase(phase: Phase) -> None:
    phase.delete()


def _without_data(phase: Phase) -> None:
    phase.delete()
    DataFile.objects.all().delete()
    phase.dataset_version.delete()


def _without_a_file(phase: Phase) -> None:
    DataFile.objects.filter(is_public=False).delete()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(_without_phase, "no phase"), (_without_data, "no data"), (_without_a_file, "are not those")],
)
def test_what_is_missing_is_said(draft: Challenge, phase: Phase, spoil: Callable[[Phase], None], says: str) -> None:
    spoil(phase)
    with pytest.raises(NotPublishable, match=says):
        publish(draft, by=None)
    assert not Challenge.objects.get().is_published


def test_an_archived_challenge_stays_readable(phase: Phase) -> None:
    archive(phase.challenge, by=None)
    assert Challenge.objects.public().get().status == "archived"


@pytest.mark.parametrize("model", [Challenge, Phase])
def test_the_admin_lists_do_not_query_by_row(
    phase: Phase, staff: User, model: type[models.Model], django_assert_max_num_queries: Callable
) -> None:
    client = Client()
    client.force_login(staff)
    for number in range(2, 8):
        Phase.objects.create(challenge=phase.challenge, dataset_version=phase.dataset_version, name=f"Round {number}")
    with django_assert_max_num_queries(10):
        answer = client.get(f"/admin/challenges/{model._meta.model_name}/")
    assert answer.status_code == 200


def test_the_admin_publishes_by_its_rules(draft: Challenge, phase: Phase, staff: User) -> None:
    client = Client()
    client.force_login(staff)
    form = {"action": "publish", "_selected_action": [draft.pk]}
    phase.delete()
    answer = client.post("/admin/challenges/challenge/", form, follow=True)
    assert "has no phase" in answer.content.decode()
    assert not Challenge.objects.get().is_published
    assert client.get(f"/admin/challenges/challenge/{draft.pk}/change/").status_code == 200


def test_only_who_archived_opens_again(phase: Phase) -> None:
    challenge = phase.challenge
    with pytest.raises(NotPublishable, match="Only an archived"):
        reopen(challenge, by=None)
    archive(challenge, by=None)
    with pytest.raises(NotPublishable, match="is archived, not a draft"):
        publish(challenge, by=None, without_dry_run=True)
    assert Challenge.objects.get().status == "archived"
    reopen(challenge, by=None)
    assert Challenge.objects.get().is_published


@pytest.mark.parametrize("work", ["describe", "build"])
def test_nothing_is_published_while_its_data_are_made(draft: Challenge, work: str) -> None:
    Draft.objects.create(challenge=draft, work=work)
    with pytest.raises(NotPublishable, match="being made anew"):
        publish(draft, by=None, without_dry_run=True)
    Draft.objects.update(work="")
    publish(draft, by=None, without_dry_run=True)
