"""A text that may not stay goes from everywhere it is shown; that it was there stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from challenges.models import Announcement, AuditEntry, Phase, Role
from leaderboard.boards.content import board_content
from leaderboard.boards.review import decide
from leaderboard.models import BoardVersion, Decision, Notice, Submission, User
from leaderboard.models.decision import REMOVED, DecisionKind
from leaderboard.notifications.announcing import tell_everyone
from leaderboard.organizing.takedown import take_down_announcement, take_down_decision, take_down_name
from tests import factories

ABUSE = "ada lives at 12 Abuse Street"


@pytest.fixture
def judge(phase: Phase) -> User:
    made = factories.user("judge")
    Role.objects.create(challenge=phase.challenge, user=made, name="judge")
    return made


@pytest.fixture
def question(phase: Phase, user: User, judge: User) -> Decision:
    entry = factories.submission(phase, user)
    factories.evaluate(entry, 0.5)
    now = timezone.now()
    Phase.objects.filter(pk=phase.pk).update(
        starts_at=now - timedelta(days=3), ends_at=now - timedelta(days=1), review_ends_at=now + timedelta(days=1)
    )
    return decide(Submission.objects.get(pk=entry.pk), DecisionKind.QUESTION, text=ABUSE, by=judge)


def everywhere(question: Decision, client: Client) -> str:
    slug = question.submission.phase.challenge.slug
    pages = [f"/challenges/{slug}/decisions/", f"/submissions/{question.submission_id}/", "/notices/"]
    pages += [f"/challenges/{slug}/announcements/", f"/challenges/{slug}/", f"/api/v1/challenges/{slug}/decisions/"]
    return " ".join(client.get(page).content.decode() for page in pages)


def test_a_text_in_the_log_goes_and_its_line_stays(question: Decision, user: User, staff: User, client: Client) -> None:
    client.force_login(user)
    assert everywhere(question, client).count(ABUSE) >= 4
    assert take_down_decision(question, by=staff)
    assert ABUSE not in everywhere(question, client)
    left = Decision.objects.get(pk=question.pk)
    assert (left.text, left.kind, left.by, left.at) == (REMOVED, question.kind, question.by, question.at)
    assert AuditEntry.objects.filter(act="redacted", by=staff).count() == 1
    assert not Notice.objects.filter(body__contains=ABUSE).exists()
    assert not take_down_decision(question, by=staff)


def test_an_announcement_too(phase: Phase, user: User, staff: User, client: Client) -> None:
    Role.objects.create(challenge=phase.challenge, user=user, name="participant")
    made = tell_everyone(phase.challenge, title=ABUSE, body=ABUSE, by=None)
    assert take_down_announcement(made, by=staff)
    client.force_login(user)
    for page in ("/notices/", "/challenges/tiny/", "/challenges/tiny/announcements/"):
        assert ABUSE not in client.get(page).content.decode()
    assert Announcement.objects.get().title == REMOVED
    assert not take_down_announcement(made, by=staff)


def test_only_staff_may(question: Decision, judge: User) -> None:
    with pytest.raises(PermissionDenied):
        take_down_decision(question, by=judge)
    assert Decision.objects.get().text == ABUSE


def test_staff_do_it_in_the_administration(question: Decision, staff: User, client: Client) -> None:
    User.objects.filter(pk=staff.pk).update(is_superuser=True)
    client.force_login(staff)
    form = {"action": "take_down", "_selected_action": [question.pk]}
    client.post("/admin/leaderboard/decision/", form)
    assert Decision.objects.get().text == REMOVED


@pytest.mark.parametrize(
    "change",
    [
        "text = 'something else'",
        "text = 'something else', redacted_at = at",
        "kind = 'answer'",
        "by_role = 'staff'",
        f"text = '{REMOVED.replace(chr(39), chr(39) * 2)}'",
    ],
)
def test_the_database_refuses_every_other_change(question: Decision, change: str) -> None:
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE leaderboard_decision SET {change}")
    assert Decision.objects.get().text == ABUSE


def test_what_was_removed_does_not_come_back(question: Decision, staff: User) -> None:
    take_down_decision(question, by=staff)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE leaderboard_decision SET text = 'back again'")


def test_a_short_text_takes_nothing_else_with_it(question: Decision, user: User, judge: User, staff: User) -> None:
    """Notices are found by what they are about; a text of one letter is in all of them."""
    entry = Submission.objects.get(pk=question.submission_id)
    short = decide(entry, DecisionKind.QUESTION, text="a", by=judge)
    tell_everyone(entry.phase.challenge, title="News", body="a day later", by=None)
    assert take_down_decision(short, by=staff)
    assert sorted(Notice.objects.filter(user=user).values_list("body", flat=True)) == sorted(
        [ABUSE, REMOVED, "a day later"]
    )


def test_announcements_of_one_title_are_told_apart(phase: Phase, user: User, staff: User) -> None:
    Role.objects.create(challenge=phase.challenge, user=user, name="participant")
    bad = tell_everyone(phase.challenge, title="News", body=ABUSE, by=None)
    tell_everyone(phase.challenge, title="News", body="The data are there", by=None)
    assert take_down_announcement(bad, by=staff)
    assert sorted(Notice.objects.filter(user=user).values_list("body", flat=True)) == ["", "The data are there"]


NAME = "ada at 12 Abuse Street"


@pytest.fixture
def named(phase: Phase, user: User, judge: User) -> Submission:
    """An entry on a current board and on a saved one, about which its team was told; all documents were read."""
    entry = factories.submission(phase, user, name=NAME)
    factories.evaluate(entry, 0.5)
    now = timezone.now()
    Phase.objects.filter(pk=phase.pk).update(
        starts_at=now - timedelta(days=3), ends_at=now - timedelta(days=1), review_ends_at=now + timedelta(days=1)
    )
    current = BoardVersion.objects.get(phase=phase)
    content = board_content(phase, current)
    BoardVersion.objects.filter(pk=current.pk).update(number=2)
    BoardVersion.objects.create(
        phase=phase, number=1, dataset_version=phase.dataset_version, state="superseded", content=content
    )
    return Submission.objects.get(pk=entry.pk)


def shown(entry: Submission, client: Client) -> str:
    pages = ["leaderboard/", "leaderboard/versions/1/", "decisions/"]
    paths = [f"/challenges/tiny/{page}" for page in pages] + [f"/api/v1/challenges/tiny/{page}" for page in pages]
    paths += ["/api/v1/challenges/tiny/board.json", "/api/v1/challenges/tiny/leaderboard.csv", "/notices/"]
    paths += [f"/submissions/{entry.pk}/", "/submissions/", f"/api/v1/submissions/{entry.pk}/"]
    answers = [client.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [200] * len(paths)
    return " ".join(answer.getvalue().decode() for answer in answers)


@pytest.mark.parametrize("disqualified", [False, True])
def test_the_name_of_an_entry_goes_from_everywhere(
    named: Submission, user: User, judge: User, staff: User, client: Client, disqualified: bool
) -> None:
    kind = DecisionKind.DISQUALIFICATION if disqualified else DecisionKind.QUESTION
    decide(named, kind, text="Why?", by=judge)
    client.force_login(user)
    assert shown(named, client).count(NAME) >= 9
    assert take_down_name(named, by=staff)
    assert NAME not in shown(named, client)
    assert not Notice.objects.filter(title__contains=NAME).exists()
    assert AuditEntry.objects.filter(act="redacted", by=staff).count() == 1
    assert not take_down_name(named, by=staff)
    with pytest.raises(PermissionDenied):
        take_down_name(named, by=judge)
