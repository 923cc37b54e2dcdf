"""The log of a challenge: every act of those who run it leaves a line, which nobody can change or remove."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from challenges.drafts.data_texts import texts_of
from challenges.drafts.settings import save_forum, save_settings, settings_mark
from challenges.drafts.texts import save_texts, texts_mark
from challenges.members import members
from challenges.models import Act, AuditEntry, Challenge, Phase, Role
from challenges.models.appendonly import AppendOnly
from challenges.phases.rounds import RoundChoice
from challenges.phases.terms import mark_of, terms_of
from challenges.publishing.publishing import archive, publish, reopen
from evaluators.specification import PhaseTerms
from leaderboard.archive.exporting import take_archive
from leaderboard.evaluations.queueing import score_again
from leaderboard.models import User
from leaderboard.organizing.bundles import load_directory
from leaderboard.organizing.phases import add_phase, change_phase, remove_phase
from leaderboard.organizing.rescoring import rescore, stop_rescoring
from tests import factories
from tests.bundles import write_bundle


@pytest.fixture
def owner(phase: Phase) -> User:
    made = factories.user("owner")
    Role.objects.create(challenge=phase.challenge, user=made, name="owner")
    return made


@pytest.fixture
def member(phase: Phase) -> User:
    made = factories.user("member")
    Role.objects.create(challenge=phase.challenge, user=made, name="judge")
    return made


def lines(challenge: Challenge) -> list[tuple[str, str, str]]:
    found = AuditEntry.objects.filter(challenge=challenge).order_by("pk")
    return list(found.values_list("act", "by_name", "detail"))


def _roles(challenge: Challenge, owner: User, member: User) -> None:
    members.give(challenge, member.pk, "organizer", by=owner)
    members.remove(challenge, member.pk, by=owner)


def _invitations(challenge: Challenge, owner: User, member: User) -> None:
    made, _ = members.invite(challenge, "judge", by=owner)
    members.withdraw(challenge, made.pk, by=owner)
    members.withdraw(challenge, made.pk, by=owner)  # changes nothing, so it says nothing
    _, secret = members.invite(challenge, "organizer", by=owner)
    members.accept(member, secret)
    members.leave(challenge, member)


def _hand_over(challenge: Challenge, owner: User, member: User) -> None:
    members.hand_over(challenge, member.pk, by=owner)


def _life(challenge: Challenge, owner: User, member: User) -> None:
    staff = factories.user("boss", is_staff=True)
    archive(challenge, by=staff)
    reopen(challenge, by=staff)
    Challenge.objects.filter(pk=challenge.pk).update(status="draft")
    publish(Challenge.objects.get(pk=challenge.pk), by=None, without_dry_run=True)


def _settings(challenge: Challenge, owner: User, member: User) -> None:
    seen = settings_mark(challenge)
    save_settings(challenge, visibility="unlisted", forum_url="", seen=seen, by=owner)
    save_forum(challenge, "https://forum.example.org", by=owner)
    texts = texts_of(challenge) | {"summary": "Other words."}
    save_texts(challenge, None, texts, seen=texts_mark(challenge, None), by=owner)


def _archive(challenge: Challenge, owner: User, member: User) -> None:
    take_archive(challenge, io.BytesIO(), by=owner)


def _phases(challenge: Challenge, owner: User) -> None:
    ends = timezone.now() + timedelta(days=30)
    first = challenge.phases.get()
    change_phase(first, replace(terms_of(first), ends_at=ends), RoundChoice(), by=owner, seen=mark_of(first))
    later = PhaseTerms("Round 2", ends + timedelta(days=1), ends_at=ends + timedelta(days=9))
    remove_phase(add_phase(challenge, later, by=owner), by=owner)


ACTS: dict[Callable[[Challenge, User, User], None], list[tuple[str, str, str]]] = {
    _roles: [
        ("role-given", "owner", "member: judge → organizer"),
        ("role-taken", "owner", "member: organizer"),
    ],
    _invitations: [
        ("invited", "owner", "as judge"),
        ("invitation-withdrawn", "owner", ""),
        ("invited", "owner", "as organizer"),
        ("joined", "member", "as organizer"),
        ("left", "member", ""),
    ],
    _hand_over: [("handed-over", "owner", "to member")],
    _life: [("archived", "boss", ""), ("reopened", "boss", ""), ("published", "the site", "")],
    _settings: [
        ("settings", "owner", "unlisted, forum: none"),
        ("settings", "owner", "forum: https://forum.example.org"),
        ("texts", "owner", ""),
    ],
    _archive: [("archive-taken", "owner", "")],
}


def test_phases_leave_lines(phase: Phase, owner: User) -> None:
    _phases(phase.challenge, owner)
    changed, added, removed = lines(phase.challenge)[-3:]
    assert (changed[:2], changed[2].startswith("“Round 1”: ")) == (("phase-changed", "owner"), True)
    assert (added, removed) == (("phase-added", "owner", "“Round 2”"), ("phase-removed", "owner", "“Round 2”"))


def test_loaded_data_leave_lines(phase: Phase, owner: User, tmp_path: Path) -> None:
    load_directory(write_bundle(tmp_path / "b", seed=7, rows=61), owner=owner)
    load_directory(write_bundle(tmp_path / "c", seed=8, rows=62), owner=None)
    assert lines(phase.challenge)[-2:] == [
        ("data", "owner", "version 2, from a bundle"),
        ("data", "the site", "version 3, from a bundle"),
    ]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_an_act_leaves_its_lines(
    act: Callable[[Challenge, User, User], None], phase: Phase, owner: User, member: User
) -> None:
    before = len(lines(phase.challenge))
    act(phase.challenge, owner, member)
    assert lines(phase.challenge)[before:] == ACTS[act]


def test_scoring_again_leaves_lines(phase: Phase, owner: User) -> None:
    corrected = factories.other_version(phase.dataset_version)
    factories.evaluate(factories.submission(phase, factories.user("ada2")), 0.5)
    rescore(phase, cause="data", note="Row 7.", data_version=corrected.number, by=owner, changes_official=False)
    stop_rescoring(phase, by=owner)
    found = [(act, by) for act, by, _ in lines(phase.challenge)]
    assert found[-2:] == [("rescored", "owner"), ("rescoring-stopped", "owner")]


def test_scoring_one_submission_again_leaves_a_line(phase: Phase, staff: User) -> None:
    submission = factories.submission(phase, factories.user("ada2"))
    factories.evaluate(submission, 0.5)
    score_again(submission, by=staff)
    assert lines(phase.challenge)[-1] == ("rescored", "grace", f"the submission {submission.pk}")


def test_what_is_refused_leaves_no_line(phase: Phase, owner: User, member: User) -> None:
    before = lines(phase.challenge)
    for attempt in (
        lambda: members.give(phase.challenge, owner.pk, "judge", by=member),
        lambda: take_archive(phase.challenge, io.BytesIO(), by=member),
        lambda: save_forum(phase.challenge, "", by=member),
    ):
        with pytest.raises(Exception, match=r"(?i)only"):
            attempt()
    assert lines(phase.challenge) == before


def test_nobody_changes_a_line(phase: Phase, owner: User) -> None:
    line = AuditEntry.objects.record(phase.challenge, Act.SETTINGS, "as it was", by=owner)
    line.detail = "as it never was"
    changes: list[Callable[[], Any]] = [
        line.save,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(detail="x"),
        lambda: AuditEntry.objects.bulk_update([line], ["detail"]),
    ]
    for change in changes:
        with pytest.raises(AppendOnly), transaction.atomic():
            change()
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE challenges_auditentry SET detail = 'x'")
    assert AuditEntry.objects.get(pk=line.pk).detail == "as it was"


def test_the_line_of_a_deleted_account_keeps_its_name(phase: Phase, member: User) -> None:
    line = AuditEntry.objects.record(phase.challenge, Act.LEFT, by=member)
    member.delete()
    kept = AuditEntry.objects.get(pk=line.pk)
    assert (kept.by, kept.by_name) == (None, "member")
