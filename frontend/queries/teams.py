"""Reading teams for pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404

from challenges.models import Challenge
from leaderboard.models import Membership, Team


def teams_of(user: Any) -> QuerySet[Membership]:
    """The teams of several that somebody is in, each with its ``size``. One query."""
    return (
        Membership.objects.filter(user=user, team__is_personal=False)
        .select_related("team")
        .annotate(size=Count("team__memberships"))
        .order_by("team__name", "pk")
    )


def own_membership(user: Any, slug: str) -> Membership:
    """One's place in a team of several.

    Raises:
        Http404: there is no such team, or one is not in it.
    """
    found = (
        Membership.objects.filter(team__slug=slug, team__is_personal=False, user=user).select_related("team").first()
    )
    if found is None:
        raise Http404("There is no such team.")
    return found


def people_of(team: Team) -> list[Membership]:
    """The owner first, then by when they came."""
    people = list(team.memberships.select_related("user").order_by("pk"))
    return sorted(people, key=lambda membership: membership.role != Membership.TeamRole.OWNER)


def entered_by(team: Team, user: Any) -> QuerySet[Challenge]:
    """The challenges in which the team takes part, as far as ``user`` may know of them."""
    return Challenge.objects.visible_to(user).filter(pk__in=team.entrants.values("challenge"))
