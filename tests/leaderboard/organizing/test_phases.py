"""Adding, changing and removing phases: where the hidden split goes, and what nobody may take away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from challenges.drafts.drafts import ChangedMeanwhile
from challenges.models import Announcement, Challenge, DatasetVersion, Phase, Round, Split
from challenges.phases.creating import create_phases
from challenges.phases.rounds import RoundChoice
from challenges.phases.terms import PhaseError, mark_of, terms_of
from challenges.publishing.publishing import NotPublishable, publish
from evaluators.specification import PhaseTerms
from leaderboard.models import Submission, User
from leaderboard.organizing import dryrun
from leaderboard.organizing.phases import add_phase, change_phase, remove_phase
from leaderboard.teams.teams import baselines_team
from tests import factories

START = timezone.now() + timedelta(days=1)
DAY = timedelta(days=1)


def terms(name: str, start: int, end: int) -> PhaseTerms:
    return PhaseTerms(name, START + start * DAY, ends_at=START + end * DAY)


def finals() -> dict[str, bool]:
    """Phase → whether the hidden split is scored at its end."""
    return {phase.name: phase.final_dataset_version_id is not None for phase in Phase.objects.order_by("starts_at")}


@pytest.fixture
def user(db: None) -> User:
    return factories.user("ada", is_staff=True)


@pytest.fixture
def draft(phase: Phase) -> Challenge:
    """A draft without phases whose data have a hidden split."""
    hidden = factories.other_version(phase.dataset_version, split=Split.FINAL, is_final_part=True)
    DatasetVersion.objects.filter(pk=phase.dataset_version_id).update(final_part=hidden)
    Phase.objects.all().delete()
    Challenge.objects.update(status="draft")
    return Challenge.objects.get()


def test_the_hidden_split_is_always_with_the_last_phase_of_a_draft(draft: Challenge, user: User) -> None:
    first = add_phase(draft, terms("First", 0, 1), by=user)
    assert finals() == {"First": True}
    add_phase(draft, terms("Second", 2, 3), by=user)
    assert finals() == {"First": False, "Second": True}
    change_phase(first, terms("First", 4, 5), RoundChoice(), by=user, seen=mark_of(first))
    assert finals() == {"Second": False, "First": True}
    first.refresh_from_db()
    remove_phase(first, by=user)
    assert finals() == {"Second": True}


def check(phase: Phase) -> None:
    """Begin a dry run, as saving the first phase does, and submit one of its baselines."""
    dryrun.start(phase, by=None)
    factories.submission(phase, baselines_team(), client=Submission.Client.BASELINE, baseline="random")


def test_a_dry_run_keeps_no_phase_from_gaining_or_losing_the_hidden_split(draft: Challenge, user: User) -> None:
    first = add_phase(draft, terms("First", 0, 1), by=user)
    check(first)
    second = add_phase(draft, terms("Second", 2, 3), by=user)
    assert finals() == {"First": False, "Second": True}
    remove_phase(second, by=user)
    assert finals() == {"First": True}
    second = add_phase(draft, terms("Second", 2, 3), by=user)
    change_phase(first, terms("First", 4, 5), RoundChoice(), by=user, seen=mark_of(first))
    assert finals() == {"Second": False, "First": True}
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("planned", "says"),
    [
        ((True, True), "is scored when 'First' ends, before the last phase. Open"),
        ((False, False), "is not scored when 'Second' ends. Open"),
    ],
)
def test_phases_that_an_earlier_version_left_wrong_are_saved_again_before_publishing(
    draft: Challenge, user: User, planned: tuple[bool, bool], says: str
) -> None:
    first, second = add_phase(draft, terms("First", 0, 1), by=user), add_phase(draft, terms("Second", 2, 3), by=user)
    hidden = second.dataset_version.final_part
    for phase, is_planned in zip((first, second), planned, strict=True):
        Phase.objects.filter(pk=phase.pk).update(final_dataset_version=hidden if is_planned else None)
    check(first)
    with pytest.raises(NotPublishable, match=says):
        publish(draft, by=None, without_dry_run=True)
    change_phase(first, terms_of(first), RoundChoice(), by=user, seen=mark_of(first))
    assert finals() == {"First": False, "Second": True}
    publish(draft, by=None, without_dry_run=True)


def test_a_hidden_split_that_comes_to_an_endless_phase_needs_its_end(draft: Challenge, user: User) -> None:
    hidden = DatasetVersion.objects.get(split=Split.FINAL)
    DatasetVersion.objects.update(final_part=None)
    phase = add_phase(draft, PhaseTerms("First", START), by=user)
    DatasetVersion.objects.exclude(pk=hidden.pk).update(final_part=hidden)
    create_phases(draft, (), DatasetVersion.objects.exclude(pk=hidden.pk).get())
    with pytest.raises(NotPublishable, match="when 'First' ends, and it has no end. Add its end"):
        publish(draft, by=None, without_dry_run=True)
    change_phase(phase, terms("First", 0, 1), RoundChoice(), by=user, seen=mark_of(phase))
    assert finals() == {"First": True}
    publish(draft, by=None, without_dry_run=True)


def test_a_phase_becomes_open_ended_only_if_nothing_is_scored_at_its_end(draft: Challenge, user: User) -> None:
    phase = add_phase(draft, terms("First", 0, 1), by=user)
    endless = replace(terms_of(phase), ends_at=None)
    with pytest.raises(PhaseError, match="scored when the phase ends"):
        change_phase(phase, endless, RoundChoice(), by=user, seen=mark_of(phase))
    DatasetVersion.objects.update(final_part=None)
    change_phase(phase, endless, RoundChoice(), by=user, seen=mark_of(phase))
    assert finals() == {"First": False}


def test_a_phase_that_people_rely_on_stays(phase: Phase, user: User) -> None:
    with pytest.raises(PhaseError, match="so it stays"):
        remove_phase(phase, by=user)
    phase.starts_at = START
    phase.save()
    remove_phase(phase, by=user)
    assert not Phase.objects.exists()


def test_a_round_is_created_with_its_phase(draft: Challenge, user: User) -> None:
    first = add_phase(draft, terms("First", 0, 1), RoundChoice("v0.5"), by=user)
    second = add_phase(draft, terms("Second", 2, 3), RoundChoice("v1.0", "v0.5"), by=user)
    assert second.round is not None
    assert second.round.starts_from == first.round
    for choice, field in (
        (RoundChoice("one"), "round"),
        (RoundChoice("", "v0.5"), "round"),
        (RoundChoice("v2.0", "v2.0"), "starts_from"),
        (RoundChoice("v2.0", "v1.5"), "starts_from"),
        (RoundChoice("v0.5", "v1.0"), "starts_from"),
        (RoundChoice("v1.0"), "starts_from"),
        (RoundChoice("v0.5", "v2.0"), "starts_from"),
    ):
        with pytest.raises(PhaseError) as caught:
            add_phase(draft, terms("Third", 4, 5), choice, by=user)
        assert [problem.field for problem in caught.value.problems] == [field]
    third = add_phase(draft, terms("Third", 4, 5), RoundChoice("v1.0", "v0.5"), by=user)
    assert third.round == second.round


def test_what_a_round_starts_from_is_changed_at_a_phase_of_it(draft: Challenge, user: User) -> None:
    add_phase(draft, terms("First", 0, 1), RoundChoice("v0.5"), by=user)
    second = add_phase(draft, terms("Second", 2, 3), RoundChoice("v1.0"), by=user)
    seen = mark_of(second)
    change_phase(second, terms_of(second), RoundChoice("v1.0", "v0.5"), by=user, seen=seen)
    older = Round.objects.get(version="v0.5")
    assert Round.objects.get(version="v1.0").starts_from == older
    with pytest.raises(ChangedMeanwhile):
        change_phase(second, terms_of(second), RoundChoice("v1.0"), by=user, seen=seen)
    second = Phase.objects.get(name="Second")
    for wrong, says in (
        (RoundChoice("v0.5", "v1.0"), "'v1.0' itself starts from 'v0.5'"),
        (RoundChoice("", "v0.5"), "in no round that could start from 'v0.5'"),
    ):
        with pytest.raises(PhaseError, match=says):
            change_phase(second, terms_of(second), wrong, by=user, seen=mark_of(second))
    change_phase(second, terms_of(second), RoundChoice("v1.0"), by=user, seen=mark_of(second))
    assert Round.objects.get(version="v1.0").starts_from is None


@pytest.mark.parametrize("days", [(-9, -2), (-1, 1)], ids=["over", "open"])
def test_no_phase_is_added_to_a_published_challenge_with_a_start_in_the_past(
    phase: Phase, user: User, days: tuple[int, int]
) -> None:
    now = timezone.now()
    Phase.objects.update(starts_at=now - 20 * DAY, ends_at=now - 10 * DAY)
    dates = {"starts_at": now + days[0] * DAY, "ends_at": now + days[1] * DAY}
    with pytest.raises(PhaseError, match="would start in the past") as caught:
        add_phase(phase.challenge, PhaseTerms("Round 2", freezes_at=now + days[0] * DAY, **dates), by=user)
    assert [problem.field for problem in caught.value.problems] == ["starts_at"]
    assert Phase.objects.count() == 1
    assert not Announcement.objects.exists()


def test_a_phase_that_is_added_to_a_published_challenge_is_announced(phase: Phase, user: User) -> None:
    Phase.objects.update(ends_at=timezone.now())
    added = PhaseTerms("Round 2", datetime(2031, 1, 1, tzinfo=UTC), daily_limit=5, open_division=True)
    add_phase(phase.challenge, replace(added, ends_at=datetime(2031, 2, 1, 9, tzinfo=UTC)), by=user)
    told = Announcement.objects.get()
    assert (told.title, told.created_by) == ("“Round 2” was added", user)
    assert told.body.splitlines() == [
        "- “Round 2” starts: 2031-01-01 00:00 UTC.",
        "- “Round 2” ends: 2031-02-01 09:00 UTC.",
        "- At most 5 submissions a day.",
        "- “Round 2” has an open division.",
    ]


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({"starts_at": -9, "ends_at": -2}, "The phase 'Late' would be over before anyone could take part"),
        ({"starts_at": -9, "freezes_at": -2, "ends_at": 2}, "The board of the phase 'Late' would be frozen before"),
        ({"starts_at": -9, "freezes_at": -9, "ends_at": 2}, None),
        ({"starts_at": -9, "ends_at": 2}, None),
    ],
)
def test_a_draft_may_have_past_dates_but_is_not_published_when_it_is_too_late(
    phase: Phase, user: User, days: dict[str, int], says: str | None
) -> None:
    """A first phase begins when it is saved, and the readiness check takes a while."""
    Challenge.objects.update(status="draft")
    Phase.objects.all().delete()
    draft = Challenge.objects.get()
    now = timezone.now()
    add_phase(draft, PhaseTerms("Late", **{name: now + value * DAY for name, value in days.items()}), by=user)
    if says is not None:
        with pytest.raises(NotPublishable, match=says):
            publish(draft, by=None, without_dry_run=True)
        assert not Challenge.objects.get().is_published
        change_phase(
            late := Phase.objects.get(),
            replace(terms_of(late), freezes_at=None, ends_at=now + 3 * DAY),
            RoundChoice(),
            by=user,
            seen=mark_of(late),
        )
    publish(draft, by=None, without_dry_run=True)
    assert not Announcement.objects.exists()
