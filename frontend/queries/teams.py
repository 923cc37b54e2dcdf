"""Reading teams for pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404

from challenges.models import Challenge
from leaderboard.models import Membership, Team


def teams_of(user: Any) -> QuerySet[Membership]:
    """The user's memberships in teams of several members, each with the team's ``size``. One query."""
    return (
        Membership.objects.filter(user=user, team__is_personal=False)
        .select_related("team")
        .annotate(size=Count("team__memberships"))
        .order_by("team__name", "pk")
    )


def own_membership(user: Any, slug: str) -> Membership:
    """The user's membership in a team of several members.

    Raises:
        Http404: there is no such team, or ``user`` is not in it.
    """
    found = (
        Membership.objects.filter(team__slug=slug, team__is_personal=False, user=user).select_related("team").first()
    )
    if found is None:
        raise Http404("There is no such team.")
    return found


def people_of(team: Team) -> list[Membership]:
    """Members of a team: the owner first, then by the time they joined."""
    people = list(team.memberships.select_related("user").order_by("pk"))
    return sorted(people, key=lambda membership: membership.role != Membership.TeamRole.OWNER)


def entered_by(team: Team, user: Any) -> QuerySet[Challenge]:
    """The challenges that the team takes part in and that ``user`` may see."""
    return Challenge.objects.visible_to(user).filter(pk__in=team.entrants.values("challenge"))
