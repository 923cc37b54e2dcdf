"""Who is what in a challenge: inviting, accepting, giving and taking roles, handing it over.

Whatever changes roles holds the challenge's row, so that of two owners who leave at once one stays. Whoever loses a
role or gets a lesser one loses the open invitations that they made, or could come back, and bring others, by them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from challenges.members.roles import may_organize, may_own
from challenges.models import Challenge, Invitation, Role
from challenges.models.role import RoleName
from evaluators.problems import Problem, ProblemsError

MAX_OPEN = 50
"""Invitations of a challenge that can still be accepted."""

MAX_A_DAY = 100
"""Invitations of one person; each may be a letter to somebody who did not ask for it."""

GIVEN = (RoleName.ORGANIZER, RoleName.JUDGE, RoleName.PARTICIPANT)
"""What can be given; ownership is handed over."""

_RANK = {RoleName.PARTICIPANT: 0, RoleName.JUDGE: 1, RoleName.ORGANIZER: 2, RoleName.OWNER: 3}


class PeopleError(ProblemsError):
    """It cannot be done, and why; for whoever asked for it to read."""


@contextmanager
def _locked(challenge: Challenge) -> Iterator[QuerySet[Role]]:
    """The roles of a challenge, which nobody else changes meanwhile."""
    with transaction.atomic():
        Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
        yield Role.objects.filter(challenge=challenge)


def invite(challenge: Challenge, role: str, *, by: Any, email: str = "") -> tuple[Invitation, str]:
    """An invitation and its secret, which is shown this once; with ``email``, for the account of that address.

    Raises:
        PeopleError: the role cannot be given, the address is none, or there are too many invitations.
    """
    if role not in GIVEN:
        raise PeopleError(Problem("this role cannot be given.", "Choose one of the list.", field="role"))
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise PeopleError(Problem("this is no e-mail address.", field="email")) from None
    yesterday = timezone.now() - timedelta(days=1)
    if open_invitations(challenge).count() >= MAX_OPEN:
        raise PeopleError(Problem(f"{MAX_OPEN} invitations wait to be accepted.", "Withdraw some of them first."))
    if Invitation.objects.filter(created_by=by, created_at__gt=yesterday).count() >= MAX_A_DAY:
        raise PeopleError(Problem(f"you have sent {MAX_A_DAY} invitations within a day.", "Go on tomorrow."))
    return Invitation.objects.issue(challenge, role, by=by, email=email)


def open_invitations(challenge: Challenge) -> QuerySet[Invitation]:
    return _good(Invitation.objects.filter(challenge=challenge))


def _good(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Neither withdrawn nor too old nor used up. Only a link for participants is good for several people."""
    several = Q(email="", role=RoleName.PARTICIPANT)
    return invitations.filter(Q(uses=0) | several, revoked_at=None, expires_at__gt=timezone.now())


def invitation_of(secret: str) -> Invitation | None:
    """The invitation that the link still is.

    None once it is used up, withdrawn or too old, or if its maker may not give that role any more.
    """
    digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
    found = _good(Invitation.objects.select_related("challenge", "created_by")).filter(digest=digest).first()
    return found if found is not None and _may_give(found.created_by, found.challenge, found.role) else None


def _may_give(maker: Any, challenge: Challenge, role: str) -> bool:
    """False for a maker without an account, too. Organizers invite participants alone."""
    if maker is None or not maker.is_active:
        return False
    return may_own(maker, challenge) or (role == RoleName.PARTICIPANT and may_organize(maker, challenge))


def _withdraw_of(challenge: Challenge, maker_id: int) -> None:
    Invitation.objects.filter(challenge=challenge, created_by=maker_id, revoked_at=None).update(
        revoked_at=timezone.now()
    )


def withdraw(challenge: Challenge, pk: int, roles: frozenset[str]) -> None:
    """An invitation to one of ``roles``; one that is withdrawn already stays so."""
    Invitation.objects.filter(challenge=challenge, pk=pk, role__in=roles, revoked_at=None).update(
        revoked_at=timezone.now()
    )


def is_for(invitation: Invitation, user: Any) -> bool:
    """True for whoever has confirmed its address; for everyone if it has none."""
    if not invitation.email:
        return True
    return EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists()


def accept(user: Any, secret: str) -> Invitation:
    """Take the role. Nobody's role becomes a lesser one by that; whoever has it already leaves the link unused.

    Raises:
        PeopleError: the link is no longer good, or it is for another address.
    """
    found = invitation_of(secret)
    if found is None:
        raise _no_invitation()
    if not is_for(found, user):
        raise PeopleError(
            Problem(
                "this invitation is for another e-mail address.",
                "Sign in with the account that has it, or add and confirm it under “E-mail addresses”.",
            )
        )
    with _locked(found.challenge) as roles:
        own = roles.filter(user=user).first()
        if own is not None and _RANK[RoleName(own.name)] >= _RANK[RoleName(found.role)]:
            return found
        # It may have been used or withdrawn while we waited.
        if not _good(Invitation.objects.filter(pk=found.pk)).update(uses=F("uses") + 1):
            raise _no_invitation()
        Role.objects.update_or_create(challenge=found.challenge, user=user, defaults={"name": found.role})
    return found


def _no_invitation() -> PeopleError:
    return PeopleError(
        Problem("this invitation is used up, withdrawn or older than 14 days.", "Ask whoever sent it for another one.")
    )


def give(challenge: Challenge, user_id: int, role: str) -> None:
    """Another role for somebody who has one. Raises PeopleError: they have none, own it, or it cannot be given."""
    if role not in GIVEN:
        raise PeopleError(Problem("this role cannot be given.", "Choose one of the list.", field="role"))
    with _locked(challenge) as roles:
        held = roles.filter(user_id=user_id).exclude(name=RoleName.OWNER).first()
        if held is None:
            raise _nobody()
        roles.filter(pk=held.pk).update(name=role)
        if _RANK[RoleName(role)] < _RANK[RoleName(held.name)]:
            _withdraw_of(challenge, user_id)


def remove(challenge: Challenge, user_id: int, roles: frozenset[str]) -> None:
    """Take away one of ``roles``. Raises PeopleError: the person has none of them."""
    with _locked(challenge) as held:
        gone, _ = held.filter(user_id=user_id, name__in=roles).exclude(name=RoleName.OWNER).delete()
        if not gone:
            raise _nobody()
        _withdraw_of(challenge, user_id)


def hand_over(challenge: Challenge, by: Any, user_id: int) -> None:
    """Another owner; who was it becomes an organizer. Raises PeopleError: that person has no role here."""
    with _locked(challenge) as roles:
        becomes = roles.filter(user_id=user_id).exclude(name=RoleName.OWNER).update(name=RoleName.OWNER)
        if not becomes:
            raise _nobody()
        if roles.filter(user=by, name=RoleName.OWNER).update(name=RoleName.ORGANIZER):
            _withdraw_of(challenge, by.pk)


def leave(challenge: Challenge, user: Any) -> None:
    """Raises PeopleError: ``user`` is the last owner, so the challenge would be nobody's."""
    with _locked(challenge) as roles:
        others = roles.filter(name=RoleName.OWNER).exclude(user=user)
        if roles.filter(user=user, name=RoleName.OWNER).exists() and not others.exists():
            raise PeopleError(Problem("the last owner cannot leave.", "Hand the challenge over to somebody first."))
        roles.filter(user=user).delete()
        _withdraw_of(challenge, user.pk)


def _nobody() -> PeopleError:
    return PeopleError(Problem("that person no longer has this role here."))
