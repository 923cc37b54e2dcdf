"""Members of shared teams: creating a team, inviting, joining, leaving, handing over.

Every change of a team's members locks the team's row, see ``teams.lock_teams``. So of two users who join for the last
place one is refused, and nobody can join while a member submits. Acts that only the owner may do check under this lock
that ``by`` is the owner.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from challenges.members.locking import locked
from challenges.models import Phase
from challenges.models.challenge import ChallengeStatus
from evaluators.problems import Problem, ProblemsError, SubmissionError
from leaderboard.models import Membership, Team, TeamInvitation
from leaderboard.teams.names import normalise_name
from leaderboard.teams.savedboards import rename_in_saved_boards
from leaderboard.teams.taking import NameTaken, is_taken, take_name
from leaderboard.teams.teams import (
    SLUG_ATTEMPTS,
    another_slug,
    baselines_team,
    first_slug,
    lock_teams,
)

MAX_TEAMS = 20
"""The most teams one user can be in."""

MAX_MEMBERS = 50
MAX_INVITATIONS = 20
"""The most unused invitations of a team."""

INVITATION_LIFE = timedelta(days=14)


class TeamError(ProblemsError):
    """The change is not possible; the problem may be shown to the user who asked for it."""


def create(user: Any, name: str) -> Team:
    """Create a team owned by ``user``.

    Raises:
        TeamError: the name is invalid, or ``user`` is in too many teams.
    """
    with names_locked(), locked(user):
        _not_too_many(user)
        checked = team_name(name)
        slug = first_slug(checked)
        for _ in range(SLUG_ATTEMPTS):
            try:
                with transaction.atomic():
                    team = Team.objects.create(name=checked, slug=slug)
                    Membership.objects.create(team=team, user=user, role=Membership.TeamRole.OWNER)
                    take_name(checked, team)
                    return team
            except NameTaken as error:
                raise TeamError(error.problem) from error
            except IntegrityError:
                slug = another_slug(checked)
    raise RuntimeError(f"no free slug for the team {checked!r} in {SLUG_ATTEMPTS} attempts")


def may_own(user: Any, team: Team) -> bool:
    """Whether ``user`` may rename the team, invite, remove, hand over and delete it. Nobody may that with a personal
    team."""
    owners = Membership.objects.filter(team=team, team__is_personal=False, role=Membership.TeamRole.OWNER)
    return owners.filter(user=user).exists()


def may_rename(user: Any, team: Team) -> bool:
    """Also staff, for names that cannot stay on a board."""
    return bool(user.is_active and user.is_staff and not team.is_personal) or may_own(user, team)


def _require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied("Only its owner may do that.")


@contextmanager
def _owned(team: Team, by: Any) -> Iterator[None]:
    """The team, locked, once it is sure that ``by`` owns it."""
    with transaction.atomic():
        lock_teams(team)
        _require(may_own(by, team))
        yield


@contextmanager
def names_locked() -> Iterator[None]:
    """One name is given at a time. The team of the baselines, whose name is given already, is the row to lock."""
    with locked(baselines_team()):
        yield


def rename(team: Team, name: str, *, by: Any) -> None:
    """Change the name, also on boards that were saved, but not the slug.

    Otherwise those would show a name that was to go, or that another team can take.

    Raises:
        TeamError: the name is invalid.
        PermissionDenied: ``by`` may not rename it.
    """
    with transaction.atomic():
        lock_teams(team)
        _require(may_rename(by, team))
        with names_locked():
            checked = team_name(name, but=team)
            Team.objects.filter(pk=team.pk).update(name=checked)
            try:
                take_name(checked, team)
            except NameTaken as error:
                raise TeamError(error.problem) from error
        rename_in_saved_boards(team, checked)
    team.name = checked


def team_name(text: str, *, but: Team | None = None) -> str:
    """The name as it is stored. It appears on boards, so it must not be confused with another team or user."""
    if not text.strip():
        raise TeamError(Problem("a team needs a name.", field="name"))
    try:
        name = normalise_name(text)
    except SubmissionError as error:
        raise TeamError(error.problems) from None
    if is_taken(name, but=but):
        raise TeamError(NameTaken(name, field="name").problem)
    return name


def invite(team: Team, by: Any) -> str:
    """Create a link with which one person can join; return its secret, which can be shown only now.

    Raises:
        TeamError: the team has too many unused links.
        PermissionDenied: ``by`` is not the owner.
    """
    with _owned(team, by):
        if open_invitations(team).count() >= MAX_INVITATIONS:
            raise TeamError(Problem(f"{MAX_INVITATIONS} links wait to be used.", "Withdraw some of them first."))
        secret = secrets.token_urlsafe(24)
        TeamInvitation.objects.create(
            team=team, digest=_digest(secret), created_by=by, expires_at=timezone.now() + INVITATION_LIFE
        )
    return secret


def open_invitations(team: Team) -> Any:
    return TeamInvitation.objects.filter(team=team, used_at=None, expires_at__gt=timezone.now())


def invitation_of(secret: str) -> TeamInvitation | None:
    """The invitation of a link.

    None if it was used or withdrawn, has expired, or if its creator no longer owns the team or has a closed account.
    """
    owned = Membership.objects.filter(
        team=OuterRef("team"), user=OuterRef("created_by"), user__is_active=True, role=Membership.TeamRole.OWNER
    )
    found = TeamInvitation.objects.select_related("team", "created_by").filter(
        Exists(owned), digest=_digest(secret), used_at=None, expires_at__gt=timezone.now()
    )
    return found.first()


def _withdraw_of(team: Team, maker_id: int) -> None:
    """Otherwise they could come back by a link of their own, or bring in others."""
    TeamInvitation.objects.filter(team=team, created_by=maker_id, used_at=None).delete()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def join(user: Any, secret: str) -> Team:
    """Use an invitation link. For a user who is already in the team, the link stays unused.

    Raises:
        TeamError: the link is no longer valid, the team is full, or ``user`` is in too many teams.
    """
    with transaction.atomic():
        found = invitation_of(secret)
        if found is None:
            raise _no_link()
        team = found.team
        lock_teams(team, joining=user)
        if Membership.objects.filter(team=team, user=user).exists():
            return team
        # The account too: it may be joining or creating another team.
        with locked(user):
            _not_too_many(user)
            _has_room(team)
            # Another user may have used the link while we waited for the lock.
            if not TeamInvitation.objects.filter(pk=found.pk, used_at=None).update(used_at=timezone.now()):
                raise _no_link()
            Membership.objects.create(team=team, user=user)
    return team


def _no_link() -> TeamError:
    return TeamError(
        Problem("this link is used up, withdrawn or older than 14 days.", "Ask whoever sent it for another one.")
    )


def _not_too_many(user: Any) -> None:
    if Membership.objects.filter(user=user, team__is_personal=False).count() >= MAX_TEAMS:
        raise TeamError(Problem(f"you are in {MAX_TEAMS} teams, which is the most there can be.", "Leave one first."))


def _has_room(team: Team) -> None:
    size = Membership.objects.filter(team=team).count()
    if size >= MAX_MEMBERS:
        raise TeamError(Problem(f"the team has {size} people, which is the most there can be."))
    limit = size_limit(team)
    if limit is not None and size >= limit:
        raise TeamError(
            Problem(f"the team takes part in a challenge for teams of up to {limit}, and has {size} people.")
        )


def size_limit(team: Team) -> int | None:
    """The smallest team size allowed by the running challenges that the team takes part in; None means no limit."""
    running = Q(ends_at=None) | Q(ends_at__gt=timezone.now())
    phases = Phase.objects.filter(
        running, challenge__in=team.entrants.values("challenge"), challenge__status=ChallengeStatus.PUBLISHED
    )
    least: int | None = phases.aggregate(least=Min("max_team_size"))["least"]
    return least


def leave(team: Team, user: Any) -> None:
    """Leave a team. Raises TeamError: ``user`` is the owner, and a team needs one."""
    with transaction.atomic():
        lock_teams(team)
        gone, _ = Membership.objects.filter(team=team, user=user).exclude(role=Membership.TeamRole.OWNER).delete()
        if gone:
            _withdraw_of(team, user.pk)
    if not gone:
        raise TeamError(Problem("the owner of a team cannot leave it.", "Hand it over to another member first."))


def remove(team: Team, user_id: int, *, by: Any) -> None:
    """Remove a member.

    Raises:
        TeamError: there is no such member, or it is the owner.
        PermissionDenied: ``by`` is not the owner.
    """
    with _owned(team, by):
        gone, _ = Membership.objects.filter(team=team, user_id=user_id).exclude(role=Membership.TeamRole.OWNER).delete()
        if gone:
            _withdraw_of(team, user_id)
    if not gone:
        raise TeamError(Problem("that person is no longer in the team."))


def hand_over(team: Team, by: Any, user_id: int) -> None:
    """Make another member the owner, and withdraw the links of the previous one.

    Raises:
        TeamError: they are no longer a member.
        PermissionDenied: ``by`` is not the owner.
    """
    with _owned(team, by):
        people = Membership.objects.filter(team=team)
        people.filter(user=by).update(role=Membership.TeamRole.MEMBER)
        if not people.filter(user_id=user_id).exclude(user=by).update(role=Membership.TeamRole.OWNER):
            raise TeamError(Problem("that person is no longer in the team."))
        _withdraw_of(team, by.pk)


def withdraw(team: Team, pk: int, *, by: Any) -> None:
    """Withdraw an invitation link; does nothing if there is none, or it was withdrawn already.

    Raises:
        PermissionDenied: ``by`` is not the owner.
    """
    with _owned(team, by):
        TeamInvitation.objects.filter(team=team, pk=pk).delete()


def delete(team: Team, *, by: Any) -> None:
    """Delete a team.

    Raises:
        TeamError: it has other members, or has submitted: boards and decisions refer to it.
        PermissionDenied: ``by`` is not the owner.
    """
    with _owned(team, by):
        if Membership.objects.filter(team=team).count() > 1:
            raise TeamError(Problem("others are in the team.", "Remove them first, or hand the team over."))
        if team.submissions.exists() or team.entrants.exists():
            raise TeamError(Problem("the team has submitted, and boards keep its name."))
        team.delete()
