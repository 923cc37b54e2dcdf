"""Deleting an account.

What belongs to the person goes: addresses, password, second factors, sign-in providers, sessions, tokens, notices,
roles, memberships. What boards and reviews rest on stays without a name: entries, scores, decisions. The username stays
taken, so that nobody can pretend to be who had it.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from challenges.members.locking import locked
from challenges.models import Challenge, Invitation, Role
from challenges.models.role import RoleName
from evaluators.problems import Problem, ProblemsError, quoted
from leaderboard.accounts.mail import tell_owner
from leaderboard.models import Membership, Team, User
from leaderboard.teams.accounts import lines_of
from leaderboard.teams.reserved import NOBODY
from leaderboard.teams.savedboards import rename_in_saved_boards
from leaderboard.teams.taking import take_name
from leaderboard.teams.teams import lock_teams

logger = logging.getLogger(__name__)


class AccountError(ProblemsError):
    """The account cannot be deleted yet; the problems may be shown to its owner."""


def delete_account(user: User, *, by: Any) -> None:
    """Delete an account, for its owner or for staff, and tell its owner.

    Raises:
        AccountError: others depend on it, see ``obstacles``.
        PermissionDenied: ``by`` is somebody else.
    """
    if not (by.is_active and (by.pk == user.pk or by.is_staff)):
        raise PermissionDenied("Only its owner may do that.")
    with transaction.atomic():
        # Under these locks nobody makes this account the owner of something meanwhile.
        _lock_what_it_may_own(user)
        problems = obstacles(user)
        if problems:
            raise AccountError(problems)
        with locked(user) as account:
            tell_owner(account, "account deleted", GOODBYE)
            _leave_teams(account)
            _forget_name(account)
            _end(account)
    logger.info("account deleted id=%s by=%s", user.pk, "its owner" if by.pk == user.pk else "staff")


GOODBYE = (
    "Your account was deleted, with its addresses, sessions, API tokens and notices. "
    "Your entries stay on the boards, without your name.\n\n"
    "If this was not you, please write to the people who run this site.\n"
)


def obstacles(user: User) -> list[Problem]:
    """What has to be handed over first, because others would lose it."""
    challenges = Challenge.objects.filter(roles__user=user, roles__name=RoleName.OWNER).order_by("title", "pk")
    teams = Team.objects.filter(
        pk__in=Membership.objects.filter(user=user, role=Membership.TeamRole.OWNER).values("team"), is_personal=False
    )
    return [
        *(
            Problem(f"you own the challenge {quoted(challenge.title)}.", "Hand it over to a member, or delete it.")
            for challenge in challenges
            if not Role.objects.filter(challenge=challenge, name=RoleName.OWNER).exclude(user=user).exists()
        ),
        *(
            Problem(f"you own the team {quoted(team.name)}, and others are in it.", "Hand it over to one of them.")
            for team in teams.order_by("name", "pk")
            if team.memberships.exclude(user=user).exists()
        ),
    ]


def _lock_what_it_may_own(user: User) -> None:
    """In the order that ``locked`` asks for: teams, challenges, and then the account."""
    first = Team.objects.filter(memberships__user=user).order_by("pk").first()
    if first is not None:
        lock_teams(first, joining=user)
    held = Role.objects.filter(user=user).values("challenge")
    list(Challenge.objects.select_for_update(no_key=True).filter(pk__in=held).order_by("pk"))


def _leave_teams(user: User) -> None:
    """Without members, a team with entries stays on its boards; one without goes."""
    for team in Team.objects.filter(memberships__user=user):
        team.memberships.filter(user=user).delete()
        team.entrants.filter(user=user).delete()
        if not (team.memberships.exists() or team.entrants.exists() or team.submissions.exists()):
            team.delete()


def _forget_name(user: User) -> None:
    """Take the name off boards, saved boards and histories."""
    team = Team.objects.filter(person=user.pk).first()
    if team is not None:
        mark = secrets.token_hex(4)
        name = f"{NOBODY} {mark}"
        Team.objects.filter(pk=team.pk).update(name=name, slug=f"deleted-user-{mark}", person=None)
        rename_in_saved_boards(team, name)
    lines_of(user).update(actor=NOBODY)


def _end(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()
    # An invitation without its address would be open to everyone who has the link.
    to_them = Q()
    for address in [user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)]:
        to_them |= Q(email__iexact=address)
    Invitation.objects.filter(to_them).exclude(email="").update(email="", revoked_at=timezone.now())
    name = user.username
    User.objects.filter(pk=user.pk).delete()
    left = User(username=name, is_active=False, deleted_at=timezone.now())
    left.set_unusable_password()
    left.save()
    take_name(name, left)
