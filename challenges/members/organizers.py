"""Who may start a challenge: everyone with an account, or, where the operator wants it, those whom staff approved."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from challenges.models import Organizer
from evaluators.problems import BundleError, Problem


def may_start(user: Any) -> bool:
    """Whether ``user`` may create challenges. Roles in existing ones don't depend on it."""
    if not settings.ORGANIZERS_ARE_APPROVED or (user.is_active and user.is_staff):
        return True
    return Organizer.objects.filter(user=user).exclude(approved_at=None).exists()


def refuse_unapproved(user: Any) -> None:
    """Raise BundleError: staff have not approved ``user``."""
    if not may_start(user):
        raise BundleError(
            Problem("on this site, staff approve organizers first.", "Ask for it on the page “My challenges”.")
        )
