"""Finding a challenge for somebody, in the API and on pages alike."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from challenges.models import Challenge
from challenges.roles import may_organize


def visible_challenge(user: Any, slug: str) -> Challenge:
    """With its phases and their data.

    Raises:
        Http404: there is none, or ``user`` may not know of it; the answer is the same.
    """
    found = Challenge.objects.visible_to(user).prefetch_related("phases__dataset_version").filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such challenge.")
    return found


def organized_challenge(user: Any, slug: str) -> Challenge:
    """A challenge for those who make it: 404 where ``user`` may not know of it, 403 where they may only look.

    Raises:
        Http404: there is none, or ``user`` may not know of it.
        PermissionDenied: ``user`` may see it and not change it.
    """
    found = visible_challenge(user, slug)
    if not may_organize(user, found):
        raise PermissionDenied("Only its organizers may do that.")
    return found
