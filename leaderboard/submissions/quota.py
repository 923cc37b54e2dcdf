"""How many submissions a team has left in a phase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from challenges.models import Phase
from evaluators.problems import Problem
from leaderboard.models import Submission, Team


@dataclass(frozen=True, slots=True)
class Quota:
    """The limits and how much of them is used; None means unlimited. A day is a day in UTC."""

    daily_limit: int | None
    daily_used: int
    total_limit: int | None
    total_used: int
    next_day: datetime

    @property
    def daily_left(self) -> int | None:
        return None if self.daily_limit is None else max(0, self.daily_limit - self.daily_used)

    @property
    def total_left(self) -> int | None:
        return None if self.total_limit is None else max(0, self.total_limit - self.total_used)

    @property
    def left(self) -> int | None:
        """How many submissions are possible now."""
        limits = [left for left in (self.daily_left, self.total_left) if left is not None]
        return min(limits) if limits else None

    @property
    def problem(self) -> Problem | None:
        """Why another submission is not possible; None if it is."""
        if self.total_left == 0:
            return Problem(f"your team has used its {self.total_limit} submissions of this phase.")
        if self.daily_left == 0:
            return Problem(
                f"your team has used its {self.daily_limit} submissions of today.",
                f"The next day starts at {self.next_day:%Y-%m-%d %H:%M} UTC.",
            )
        return None


def quota(phase: Phase, team: Team, *, now: datetime | None = None) -> Quota:
    """The quota of a team. One query. Submissions that we could not judge are refunded and do not count.

    Submissions of the team's current members for other teams in this phase count as well, also those sent on their own.
    Otherwise users could double their submissions by joining a team.
    """
    moment = (now or timezone.now()).astimezone(UTC)
    today = moment.date()
    used = (
        Submission.objects.counted()
        .filter(Q(team=team) | Q(created_by__in=team.memberships.values("user")), phase=phase)
        .aggregate(total=Count("pk"), daily=Count("pk", filter=Q(quota_day=today)))
    )
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return Quota(phase.daily_limit, used["daily"], phase.total_limit, used["total"], midnight + timedelta(days=1))
