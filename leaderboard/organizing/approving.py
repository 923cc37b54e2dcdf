"""Asking to organize challenges, where staff approve that, and approving it."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from challenges.members.locking import locked
from challenges.models import Organizer
from evaluators.problems import Problem, ProblemsError
from leaderboard.models import User
from leaderboard.notifications.outbox import notify
from leaderboard.notifications.pages import Page, PageKind

MAX_REASON = 500

logger = logging.getLogger(__name__)


class AskingRefused(ProblemsError):
    """The request can't be taken; the problem may be shown to who made it."""


def ask_to_organize(user: User, reason: str) -> Organizer:
    """Ask staff for approval, once; they are told.

    Raises:
        AskingRefused: the reason is missing or too long, or the account has asked before.
    """
    text = reason.replace("\0", "").strip()
    if not text:
        raise AskingRefused(Problem("the reason is missing.", "Say what you want to organize.", field="reason"))
    if len(text) > MAX_REASON:
        raise AskingRefused(Problem(f"the reason is longer than {MAX_REASON} characters.", field="reason"))
    with locked(user):
        made, new = Organizer.objects.get_or_create(user=user, defaults={"reason": text})
        if not new:
            raise AskingRefused(Problem("you have asked already."))
        staff = User.objects.filter(is_active=True, is_staff=True).exclude(pk=user.pk)
        title = f"{user.get_username()} asks to organize challenges"
        notify(staff, None, title, text, Page(PageKind.NOTICES))
    logger.info("asked to organize user=%s", user.pk)
    return made


def approve(organizer: Organizer, *, by: Any) -> bool:
    """Let an account start challenges, and tell it; False if it was approved before.

    Raises:
        PermissionDenied: ``by`` isn't staff.
    """
    if not (by.is_active and by.is_staff):
        raise PermissionDenied("Only staff may do that.")
    with locked(organizer.user):
        waiting = Organizer.objects.filter(pk=organizer.pk, approved_at=None)
        if not waiting.update(approved_at=timezone.now(), approved_by=by):
            return False
        people = User.objects.filter(pk=organizer.user_id)
        notify(people, None, "You can organize challenges now", "Start under “My challenges”.", Page(PageKind.NOTICES))
    logger.info("organizer approved user=%s by=%s", organizer.user_id, by.pk)
    return True
