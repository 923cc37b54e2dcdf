"""Find a challenge that a user may see; used by the API and the pages alike."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import Http404

from challenges.members.roles import may_organize, require
from challenges.models import Challenge, Role
from challenges.models.challenge import ChallengeStatus
from challenges.models.role import RoleName


def visible_challenge(user: Any, slug: str) -> Challenge:
    """A challenge that ``user`` may see, with its phases and their data.

    Raises:
        Http404: there is none, or ``user`` may not know of it; the answer is the same.
    """
    found = Challenge.objects.visible_to(user).prefetch_related("phases__dataset_version").filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such challenge.")
    return found


def insiders(challenges: Collection[int]) -> dict[int, set[int]]:
    """Those of these challenges that are not public, each with the ids of users whose role lets them see it.

    The same rule as ``visible_to``, for many users at once; staff see everything and are not listed. Two queries.
    """
    public = Challenge.objects.public().filter(pk__in=challenges).values_list("pk", flat=True)
    hidden: dict[int, set[int]] = {pk: set() for pk in set(challenges).difference(public)}
    roles = Role.objects.filter(challenge__in=list(hidden)).order_by()
    seeing = roles.exclude(name=RoleName.PARTICIPANT, challenge__status=ChallengeStatus.DRAFT)
    for challenge, user in seeing.values_list("challenge", "user"):
        hidden[challenge].add(user)
    return hidden


def organized_challenge(user: Any, slug: str) -> Challenge:
    """A challenge that ``user`` may organize.

    Raises:
        Http404: there is none, or ``user`` may not know of it.
        PermissionDenied: ``user`` may see it but not change it.
    """
    found = visible_challenge(user, slug)
    require(may_organize, user, found)
    return found
