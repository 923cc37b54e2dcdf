"""The order of the queue: nobody waits for another team's many entries, nor for the rescoring of a board."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from challenges.models import Phase
from leaderboard.jobs import queue, transitions
from leaderboard.models import Job, Lane, User
from leaderboard.teams.teams import personal_team
from tests import factories
from tests.bundles import write_bundle

KINDS = ("toy", "evaluation")


def add(subject: str, lane: Lane = Lane.SCORING, **fields: Any) -> Job:
    return transitions.enqueue(kind="toy", lane=lane, subject=subject, actor="ada", **fields)


def waiting() -> list[str]:
    return [job.subject for job in queue.in_queue_order()]


def take(*lanes: Lane, kinds: tuple[str, ...] = KINDS) -> str | None:
    taken = queue.claim_next(worker="w", lanes=lanes or tuple(Lane), kinds=kinds)
    return Job.objects.get(pk=taken[0].job_id).subject if taken is not None else None


def test_the_lanes_come_in_their_order_and_the_oldest_first(db: None) -> None:
    for lane, subject in ((Lane.BACKGROUND, "old"), (Lane.SCORING, "first"), (Lane.SCORING, "second")):
        add(subject, lane)
    add("asked by a person", Lane.INTERACTIVE)
    assert waiting() == ["asked by a person", "first", "second", "old"]


def test_the_challenge_and_the_team_with_less_running_come_first(
    phase: Phase, user: User, load: Callable[..., Phase], tmp_path: Path
) -> None:
    ada, bob = personal_team(user).pk, personal_team(factories.user("bob")).pk
    here = phase.challenge_id
    elsewhere = load(write_bundle(tmp_path / "b", slug="elsewhere", title="Elsewhere")).challenge_id
    for number in range(3):
        add(f"ada {number}", challenge_id=here, team_id=ada)
    add("bob", challenge_id=here, team_id=bob)
    add("elsewhere", challenge_id=elsewhere, team_id=ada)
    assert take() == "ada 0"
    assert waiting() == ["elsewhere", "bob", "ada 1", "ada 2"]


def test_of_two_people_the_one_with_less_running_comes_first(user: User) -> None:
    other = factories.user("bob")
    for number in range(3):
        add(f"ada {number}", Lane.INTERACTIVE, asked_by=user)
    add("bob", Lane.INTERACTIVE, asked_by=other)
    assert take() == "ada 0"
    assert waiting() == ["bob", "ada 1", "ada 2"]


def test_jobs_without_challenge_or_team_do_not_hold_one_another_up(phase: Phase) -> None:
    add("first")
    assert take() == "first"
    add("of a challenge", challenge_id=phase.challenge_id)
    add("second")
    assert waiting() == ["of a challenge", "second"]


def test_a_fresh_submission_comes_before_two_hundred_of_the_background(phase: Phase, user: User) -> None:
    Job.objects.bulk_create(
        Job(kind="toy", lane=Lane.BACKGROUND, subject=f"background {number}") for number in range(200)
    )
    fresh = factories.submission(phase, user, name="fresh")
    assert take() == f"submission:{fresh.pk}"


def test_only_the_given_lanes_and_kinds_are_taken(db: None) -> None:
    add("scoring")
    assert take(Lane.INTERACTIVE) is None
    assert take(kinds=("another",)) is None
    assert take(Lane.INTERACTIVE, Lane.SCORING) == "scoring"
    assert take() is None


def test_a_job_is_not_taken_before_its_time(db: None) -> None:
    later = add("later")
    Job.objects.filter(pk=later.pk).update(not_before=timezone.now() + timedelta(minutes=1))
    assert take() is None
    Job.objects.filter(pk=later.pk).update(not_before=timezone.now() - timedelta(seconds=1))
    assert take() == "later"
    assert Job.objects.get().not_before is None


def test_the_loser_of_a_race_takes_the_next(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = add("first"), add("second")

    def too_late(job_id: int, *, worker: str) -> transitions.Lease | None:
        if job_id == first.pk:
            transitions.claim(job_id, worker="faster")
        return transitions.claim(job_id, worker=worker)

    monkeypatch.setattr(queue, "claim", too_late)
    assert take() == second.subject
    assert take() is None
