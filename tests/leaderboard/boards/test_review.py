"""Reviewing a round: who may do what and when, how it changes the board, and that the log is append-only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from challenges.models import Phase, Role
from challenges.models.appendonly import AppendOnly
from leaderboard.boards import review
from leaderboard.boards.review import ReviewRefused, decide, kinds_for
from leaderboard.boards.status import is_official
from leaderboard.models import BoardEntry, Decision, Notice, Submission, User
from leaderboard.models.decision import DecisionKind
from tests import factories
from tests.races import at_once, meeting

Q, A, W, D, R = (
    DecisionKind.QUESTION,
    DecisionKind.ANSWER,
    DecisionKind.WITHDRAWAL,
    DecisionKind.DISQUALIFICATION,
    DecisionKind.REINSTATEMENT,
)


@pytest.fixture
def judge(phase: Phase) -> User:
    return _with_role(phase, "judge")


@pytest.fixture
def organizer(phase: Phase) -> User:
    return _with_role(phase, "organizer")


@pytest.fixture
def rival(phase: Phase) -> User:
    return factories.user("rival")


@pytest.fixture
def entries(phase: Phase, user: User, rival: User) -> list[Submission]:
    """Ada's best and second-best entries, and the rival's, which ranks between them; the phase is still open."""
    made = []
    for owner, name, score in ((user, "best", 0.9), (rival, "between", 0.7), (user, "spare", 0.5)):
        made.append(factories.submission(phase, owner, name=name))
        factories.evaluate(made[-1], score)
    return made


@pytest.fixture
def entry(entries: list[Submission]) -> Submission:
    """Ada's best entry, under review."""
    now = timezone.now()
    _ends(entries[0].phase, now - timedelta(hours=1), now + timedelta(hours=1))
    return _fresh(entries[0])


def _with_role(phase: Phase, name: str) -> User:
    made = factories.user(f"the-{name}")
    Role.objects.create(challenge=phase.challenge, user=made, name=name)
    return made


def _ends(phase: Phase, ends_at: Any, review_ends_at: Any) -> None:
    Phase.objects.filter(pk=phase.pk).update(ends_at=ends_at, review_ends_at=review_ends_at)


def _fresh(submission: Submission) -> Submission:
    return Submission.objects.select_related("phase__challenge", "board_entry").get(pk=submission.pk)


def _board(phase: Phase) -> list[tuple[str, int, int | None]]:
    rows = BoardEntry.objects.filter(phase=phase).order_by("position")
    return list(rows.values_list("submission__name", "rank_all", "rank_best"))


def test_who_may_do_what_during_the_review(
    entry: Submission, user: User, rival: User, judge: User, organizer: User, staff: User
) -> None:
    visitor = factories.user("passer-by")
    assert kinds_for(user, entry) == [A, W]
    assert kinds_for(rival, entry) == [Q]
    assert kinds_for(judge, entry) == [Q, D]
    assert kinds_for(organizer, entry) == [Q, D]
    assert kinds_for(staff, entry) == [Q, D]
    assert kinds_for(visitor, entry) == []
    decide(entry, D, text="It used the test rows.", by=judge)
    again = _fresh(entry)
    assert R in kinds_for(organizer, again)
    assert R not in kinds_for(judge, again)
    assert W not in kinds_for(user, again)


def test_before_the_end_only_the_team_acts_and_after_the_review_nobody(
    entries: list[Submission], user: User, judge: User
) -> None:
    entry = _fresh(entries[0])
    assert kinds_for(user, entry) == [W]
    assert kinds_for(judge, entry) == []
    now = timezone.now()
    _ends(entry.phase, now - timedelta(hours=2), now - timedelta(seconds=1))
    entry = _fresh(entry)
    assert is_official(entry.phase)
    assert kinds_for(user, entry) == kinds_for(judge, entry) == []
    with pytest.raises(ReviewRefused, match="official"):
        decide(entry, D, text="Too late.", by=judge)
    assert not Decision.objects.exists()


def test_a_disqualification_closes_the_ranks_and_tells_the_team(
    entry: Submission, entries: list[Submission], user: User, judge: User
) -> None:
    assert _board(entry.phase) == [("best", 1, 1), ("between", 2, 2), ("spare", 3, None)]
    decision = decide(entry, D, text="It used the test rows.", by=judge)
    assert _board(entry.phase) == [("between", 1, 1), ("spare", 2, 2)]
    assert _fresh(entry).standing == "disqualified"
    assert decision.by_role == "judge"
    notice = Notice.objects.get()
    assert (notice.user, notice.challenge) == (user, entry.phase.challenge)
    assert "disqualified" in notice.title
    assert notice.body == "It used the test rows."
    decide(_fresh(entry), R, text="It did not after all.", by=_with_role(entry.phase, "owner"))
    assert _board(entry.phase) == [("best", 1, 1), ("between", 2, 2), ("spare", 3, None)]


def test_an_answer_goes_to_who_asked(entry: Submission, user: User, rival: User) -> None:
    decide(entry, Q, text="Which rows?", by=rival)
    decide(entry, A, text="The first six.", by=user)
    assert [(notice.user, notice.body) for notice in Notice.objects.order_by("pk")] == [
        (user, "Which rows?"),
        (rival, "The first six."),
    ]


def test_the_second_of_two_decisions_is_refused_whole(entry: Submission, user: User, judge: User) -> None:
    stale = _fresh(entry)
    decide(entry, W, text="A mistake of ours.", by=user)
    with pytest.raises(ReviewRefused, match="just decided"):
        # The judge's page still shows the state before the team withdrew the entry.
        decide(stale, D, text="Against the rules.", by=judge)
    assert Decision.objects.count() == 1
    assert _fresh(entry).standing == "withdrawn"


def test_a_decision_that_fails_leaves_nothing(entry: Submission, judge: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "rewrite_board", lambda phase_id: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        decide(entry, D, text="Against the rules.", by=judge)
    assert _fresh(entry).standing == "counts"
    assert not Decision.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001])
def test_a_decision_has_a_reason_of_bounded_length(entry: Submission, judge: User, text: str) -> None:
    with pytest.raises(ReviewRefused, match="text"):
        decide(entry, D, text=text, by=judge)


def test_nobody_fills_the_log(entry: Submission, judge: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "MAX_A_DAY", 2)
    for _ in range(2):
        decide(entry, Q, text="Which rows?", by=judge)
    with pytest.raises(ReviewRefused, match="within a day"):
        decide(entry, Q, text="Which rows?", by=judge)
    assert Decision.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_lines_at_once_stay_within_the_limit(
    phase: Phase, user: User, rival: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Role.objects.create(challenge=phase.challenge, user=rival, name="judge")
    submission = factories.submission(phase, user)
    factories.evaluate(submission, 0.5)
    _ends(phase, timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1))
    monkeypatch.setattr(review, "MAX_A_DAY", 1)
    monkeypatch.setattr(Decision.objects, "create", meeting(Decision.objects.create))
    acts = [lambda: decide(_fresh(submission), Q, text="Why?", by=rival)] * 2
    assert at_once(*acts, refusals=(ReviewRefused,)) == ["done", "refused"]
    assert Decision.objects.count() == 1


def test_the_right_to_decide_is_that_under_the_lock(
    entry: Submission, judge: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge loses the role, or the review ends, while they wait."""
    lock = review.lock_teams

    def removed(*teams: Any) -> None:
        Role.objects.filter(user=judge).delete()
        lock(*teams)

    def over(*teams: Any) -> None:
        Phase.objects.update(review_ends_at=timezone.now())
        lock(*teams)

    monkeypatch.setattr(review, "lock_teams", removed)
    with pytest.raises(PermissionDenied):
        decide(entry, D, text="A copy.", by=judge)
    monkeypatch.setattr(review, "lock_teams", over)
    with pytest.raises(ReviewRefused, match="official"):
        decide(entry, D, text="A copy.", by=judge)
    assert not Decision.objects.exists()


def test_the_log_only_grows(entry: Submission, judge: User) -> None:
    decision = decide(entry, Q, text="Which rows?", by=judge)
    with pytest.raises(AppendOnly):
        Decision.objects.all().delete()
    with pytest.raises(AppendOnly):
        Decision.objects.filter(pk=decision.pk).update(text="nothing")
    decision.text = "nothing"
    with pytest.raises(AppendOnly), transaction.atomic():
        decision.save()
    with pytest.raises(AppendOnly):
        Decision.objects.bulk_update([decision], ["text"])
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE leaderboard_decision SET text = 'nothing'")
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM leaderboard_decision")
    assert Decision.objects.get().text == "Which rows?"


def test_the_log_outlives_the_account_of_who_decided(entry: Submission, judge: User) -> None:
    decide(entry, Q, text="Which rows?", by=judge)
    judge.delete()
    assert Decision.objects.get().by is None


def test_the_public_log_in_the_api(entry: Submission, judge: User) -> None:
    decide(entry, D, text="It used the test rows.", by=judge)
    answer = Client().get("/api/v1/challenges/tiny/decisions/").json()
    (line,) = answer["results"]
    assert line | {"at": ""} == {
        "kind": "disqualification",
        "at": "",
        "by": "the-judge",
        "by_role": "judge",
        "text": "It used the test rows.",
        "submission": str(entry.pk),
        "name": "best",
        "team": "ada",
        "phase": "Round 1",
    }
    assert Client().get("/api/v1/challenges/tiny/leaderboard/").json()["official"] is False
    assert Client().post("/api/v1/challenges/tiny/decisions/", {}).status_code in (401, 403, 405)
