"""The members of a challenge: inviting, accepting, changing and removing roles, transferring ownership.

Every change of roles locks the challenge's row and checks under this lock who asks for it: if the last two owners leave
at the same time, one of them is refused; an owner who hands over twice at the same time does so once.
Members who lose their role, or get a lesser one, also lose the open invitations they created: otherwise they could come
back through one of them, or bring in others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from challenges.members.locking import locked
from challenges.members.roles import may_organize, may_own, require
from challenges.models import Act, AuditEntry, Challenge, Invitation, Role
from challenges.models.role import RoleName
from evaluators.problems import Problem, ProblemsError

MAX_OPEN = 50
"""Per challenge: invitations that can still be accepted."""

MAX_A_DAY = 100
"""Invitations per person and day; each may be an e-mail to somebody who did not ask for it."""

GIVEN = (RoleName.ORGANIZER, RoleName.JUDGE, RoleName.PARTICIPANT)
"""Roles that can be given; ownership can only be transferred."""

_RANK = {RoleName.PARTICIPANT: 0, RoleName.JUDGE: 1, RoleName.ORGANIZER: 2, RoleName.OWNER: 3}


class PeopleError(ProblemsError):
    """A change that is refused; the text is shown to the person who asked for it."""


@contextmanager
def _locked(challenge: Challenge) -> Iterator[QuerySet[Role]]:
    """The roles of a challenge, locked against other changes."""
    with locked(challenge):
        yield Role.objects.filter(challenge=challenge)


def invite(challenge: Challenge, role: str, *, by: Any, email: str = "") -> tuple[Invitation, str]:
    """Create an invitation; return it with its secret, which is shown only once.

    With ``email`` only the account with that confirmed address can accept it.

    Raises:
        PeopleError: the role cannot be given, the address is invalid, or there are too many invitations.
        PermissionDenied: ``by`` may not give this role.
    """
    _can_be_given(role)
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise PeopleError(Problem("this is no e-mail address.", field="email")) from None
    # The first limit is the challenge's, the second its sender's.
    with locked(challenge), locked(by):
        if role not in given_by(by, challenge):
            raise PermissionDenied("Only its owner may give that role.")
        if open_invitations(challenge).count() >= MAX_OPEN:
            raise PeopleError(Problem(f"{MAX_OPEN} invitations wait to be accepted.", "Withdraw some of them first."))
        yesterday = timezone.now() - timedelta(days=1)
        if Invitation.objects.filter(created_by=by, created_at__gt=yesterday).count() >= MAX_A_DAY:
            raise PeopleError(Problem(f"you have sent {MAX_A_DAY} invitations within a day.", "Go on tomorrow."))
        AuditEntry.objects.record(challenge, Act.INVITED, f"as {role}{' by e-mail' if email else ''}", by=by)
        return Invitation.objects.issue(challenge, role, by=by, email=email)


def given_by(user: Any, challenge: Challenge) -> tuple[RoleName, ...]:
    """The roles that ``user`` may give and take away: organizers may invite and remove participants only."""
    if may_own(user, challenge):
        return GIVEN
    return (RoleName.PARTICIPANT,) if may_organize(user, challenge) else ()


def _can_be_given(role: str) -> None:
    if role not in GIVEN:
        raise PeopleError(Problem("this role cannot be given.", "Choose one of the list.", field="role"))


def open_invitations(challenge: Challenge) -> QuerySet[Invitation]:
    return _good(Invitation.objects.filter(challenge=challenge))


def _good(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Neither withdrawn, expired nor used up. Only a link for participants can be used by several people."""
    several = Q(email="", role=RoleName.PARTICIPANT)
    return invitations.filter(Q(uses=0) | several, revoked_at=None, expires_at__gt=timezone.now())


def invitation_of(secret: str) -> Invitation | None:
    """The invitation behind a link.

    None if it is used up, withdrawn or expired, or if its creator may no longer give that role.
    """
    digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
    found = _good(Invitation.objects.select_related("challenge", "created_by")).filter(digest=digest).first()
    return found if found is not None and _may_give(found.created_by, found.challenge, found.role) else None


def _may_give(maker: Any, challenge: Challenge, role: str) -> bool:
    """Also False if the creator's account is gone."""
    return maker is not None and maker.is_active and role in given_by(maker, challenge)


def _withdraw_of(challenge: Challenge, maker_id: int) -> None:
    Invitation.objects.filter(challenge=challenge, created_by=maker_id, revoked_at=None).update(
        revoked_at=timezone.now()
    )


def withdraw(challenge: Challenge, pk: int, *, by: Any) -> None:
    """Withdraw an invitation to a role that ``by`` may give; does nothing if it is withdrawn already."""
    with _locked(challenge):
        roles = given_by(by, challenge)
        withdrawn = Invitation.objects.filter(challenge=challenge, pk=pk, role__in=roles, revoked_at=None)
        if withdrawn.update(revoked_at=timezone.now()):
            AuditEntry.objects.record(challenge, Act.INVITATION_WITHDRAWN, by=by)


def is_for(invitation: Invitation, user: Any) -> bool:
    """True if ``user`` has confirmed the invitation's address, or if the invitation has none."""
    if not invitation.email:
        return True
    return EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists()


def accept(user: Any, secret: str) -> Invitation:
    """Take the role. Somebody who already has this role or a higher one keeps it, and the link is not used up.

    Raises:
        PeopleError: the link is no longer valid, or it is for another address.
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
        # Its maker may have lost the right to give this role while we waited for the lock.
        if not _may_give(found.created_by, found.challenge, found.role):
            raise _no_invitation()
        own = roles.filter(user=user).first()
        if own is not None and _RANK[RoleName(own.name)] >= _RANK[RoleName(found.role)]:
            return found
        # It may have been used or withdrawn while we waited for the lock.
        if not _good(Invitation.objects.filter(pk=found.pk)).update(uses=F("uses") + 1):
            raise _no_invitation()
        Role.objects.update_or_create(challenge=found.challenge, user=user, defaults={"name": found.role})
        AuditEntry.objects.record(found.challenge, Act.JOINED, f"as {found.role}", by=user)
    return found


def _no_invitation() -> PeopleError:
    return PeopleError(
        Problem("this invitation is used up, withdrawn or older than 14 days.", "Ask whoever sent it for another one.")
    )


def give(challenge: Challenge, user_id: int, role: str, *, by: Any) -> None:
    """Change a member's role.

    Raises:
        PeopleError: they have no role here, are an owner, or the role cannot be given.
        PermissionDenied: ``by`` is not an owner.
    """
    _can_be_given(role)
    with _locked(challenge) as roles:
        require(may_own, by, challenge)
        held = roles.filter(user_id=user_id).exclude(name=RoleName.OWNER).first()
        if held is None:
            raise _nobody()
        roles.filter(pk=held.pk).update(name=role)
        AuditEntry.objects.record(challenge, Act.ROLE_GIVEN, f"{held.user}: {held.name} → {role}", by=by)
        if _RANK[RoleName(role)] < _RANK[RoleName(held.name)]:
            _withdraw_of(challenge, user_id)


def remove(challenge: Challenge, user_id: int, *, by: Any) -> None:
    """Remove a member. Raises PeopleError: they have no role that ``by`` may take away."""
    with _locked(challenge) as held:
        taken = held.filter(user_id=user_id, name__in=given_by(by, challenge)).exclude(name=RoleName.OWNER).first()
        if taken is None:
            raise _nobody()
        taken.delete()
        _withdraw_of(challenge, user_id)
        AuditEntry.objects.record(challenge, Act.ROLE_TAKEN, f"{taken.user}: {taken.name}", by=by)


def hand_over(challenge: Challenge, user_id: int, *, by: Any) -> None:
    """Transfer ownership; the previous owner becomes an organizer.

    Raises:
        PeopleError: there is no such member.
        PermissionDenied: ``by`` is not an owner.
    """
    with _locked(challenge) as roles:
        require(may_own, by, challenge)
        becomes = roles.filter(user_id=user_id).exclude(name=RoleName.OWNER).update(name=RoleName.OWNER)
        if not becomes:
            raise _nobody()
        if roles.filter(user=by, name=RoleName.OWNER).update(name=RoleName.ORGANIZER):
            _withdraw_of(challenge, by.pk)
        heir = roles.select_related("user").get(user_id=user_id).user
        AuditEntry.objects.record(challenge, Act.HANDED_OVER, f"to {heir}", by=by)


def leave(challenge: Challenge, user: Any) -> None:
    """Remove the role of ``user`` at their own request. Raises PeopleError: they are the last owner."""
    with _locked(challenge) as roles:
        others = roles.filter(name=RoleName.OWNER).exclude(user=user)
        if roles.filter(user=user, name=RoleName.OWNER).exists() and not others.exists():
            raise PeopleError(Problem("the last owner cannot leave.", "Hand the challenge over to somebody first."))
        gone, _ = roles.filter(user=user).delete()
        _withdraw_of(challenge, user.pk)
        if gone:
            AuditEntry.objects.record(challenge, Act.LEFT, by=user)


def _nobody() -> PeopleError:
    return PeopleError(Problem("that person no longer has this role here."))
