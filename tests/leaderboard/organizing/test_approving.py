"""Where the operator wants it, nobody starts a challenge whom staff have not approved."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.test import Client

from challenges.drafts.drafts import create_draft
from challenges.models import Challenge, Organizer, Phase, Role
from evaluators.problems import BundleError
from leaderboard.models import Notice, User
from leaderboard.organizing.approving import AskingRefused, approve, ask_to_organize
from leaderboard.organizing.bundles import load_directory
from tests.bundles import write_bundle

TEXTS = {"title": "Mine", "licence": "CC0"}
KIND = {"kind": "selection", "domain": "text"}


@pytest.fixture(autouse=True)
def approval(settings: LazySettings) -> None:
    settings.ORGANIZERS_ARE_APPROVED = True


def test_nobody_starts_a_challenge_unapproved(user: User, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="staff approve organizers first"):
        create_draft(user, slug="mine", texts=TEXTS, kind=KIND)
    with pytest.raises(BundleError, match="staff approve organizers first"):
        load_directory(write_bundle(tmp_path / "b"), owner=user)
    assert not Challenge.objects.exists()


def test_asking_and_being_approved(user: User, staff: User) -> None:
    asked = ask_to_organize(user, " A cup for birds. ")
    assert asked.reason == "A cup for birds."
    assert Notice.objects.get(user=staff).title == "ada asks to organize challenges"
    with pytest.raises(AskingRefused, match="asked already"):
        ask_to_organize(user, "Again")
    with pytest.raises(BundleError):
        create_draft(user, slug="mine", texts=TEXTS, kind=KIND)
    assert approve(asked, by=staff)
    assert not approve(asked, by=staff)
    assert Notice.objects.filter(user=user, title="You can organize challenges now").count() == 1
    assert create_draft(user, slug="mine", texts=TEXTS, kind=KIND).challenge.slug == "mine"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "\0"])
def test_a_reason_is_needed(user: User, reason: str) -> None:
    with pytest.raises(AskingRefused, match="reason"):
        ask_to_organize(user, reason)


def test_nobody_approves_themselves(user: User) -> None:
    with pytest.raises(PermissionDenied):
        approve(ask_to_organize(user, "Let me."), by=user)
    assert Organizer.objects.get().approved_at is None


def test_the_page_asks_and_the_administration_approves(user: User, staff: User, client: Client) -> None:
    client.force_login(user)
    assert "Ask for approval" in client.get("/organize/").content.decode()
    assert "New challenge</a>" not in client.get("/organize/").content.decode()
    assert "Asked." in client.post("/organize/ask", {"reason": "Birds."}, follow=True).content.decode()
    assert "You asked on" in client.get("/organize/").content.decode()
    User.objects.filter(pk=staff.pk).update(is_superuser=True)
    office = Client()
    office.force_login(staff)
    form = {"action": "approve", "_selected_action": [Organizer.objects.get().pk]}
    answer = office.post("/admin/challenges/organizer/", form, follow=True)
    assert "1 approved." in answer.content.decode()
    assert "New challenge</a>" in client.get("/organize/").content.decode()


def test_roles_in_challenges_that_exist_need_no_approval(user: User, phase: Phase, client: Client) -> None:
    Role.objects.create(challenge=phase.challenge, user=user, name="organizer")
    client.force_login(user)
    assert client.get("/challenges/tiny/organize/operations").status_code == 200


def test_by_default_everyone_may(user: User, settings: LazySettings) -> None:
    settings.ORGANIZERS_ARE_APPROVED = False
    assert create_draft(user, slug="mine", texts=TEXTS, kind=KIND).challenge.slug == "mine"
