"""What a user may do in a challenge, given their role.

Staff may do everything that an owner may. These functions assume that the user may see the challenge; ``visibility``
checks that first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied

from challenges.models import Challenge, Role
from challenges.models.role import JUDGES, ORGANIZERS, RoleName


def role_in(user: Any, challenge: Challenge) -> RoleName | None:
    """The role of ``user``; None for visitors and for staff without one. One query."""
    if not user.is_authenticated:
        return None
    name = Role.objects.filter(challenge=challenge, user=user).values_list("name", flat=True).first()
    return RoleName(name) if name is not None else None


def may_own(user: Any, challenge: Challenge) -> bool:
    """Whether ``user`` may give roles, transfer the challenge, delete a draft."""
    return _is_staff(user) or role_in(user, challenge) == RoleName.OWNER


def may_organize(user: Any, challenge: Challenge) -> bool:
    """Whether ``user`` may change data, texts and phases, publish, announce, score again, export."""
    return _is_staff(user) or role_in(user, challenge) in ORGANIZERS


def may_judge(user: Any, challenge: Challenge) -> bool:
    """Whether ``user`` may question and disqualify entries, and read what was submitted."""
    return _is_staff(user) or role_in(user, challenge) in JUDGES


def may_archive(user: Any, challenge: Challenge) -> bool:
    """Whether ``user`` may archive a challenge and open it again: only staff, who answer for the site."""
    return _is_staff(user)


WHO: Mapping[Callable[[Any, Challenge], bool], str] = {
    may_own: "its owner",
    may_organize: "its organizers",
    may_judge: "its judges",
    may_archive: "staff",
}


def require(may: Callable[[Any, Challenge], bool], user: Any, challenge: Challenge) -> None:
    """Check that the person who asks for an act may do it; every act that changes a challenge calls this.

    Call it with the challenge locked, see ``locking``, since every change of a role takes that lock. ``user`` is None
    if the site itself acts: a command at its shell, or a job whose start somebody was allowed.

    Raises:
        PermissionDenied: ``user`` may not do that.
    """
    if user is not None and not may(user, challenge):
        raise PermissionDenied(f"Only {WHO[may]} may do that.")


def _is_staff(user: Any) -> bool:
    return bool(user.is_active and user.is_staff)
