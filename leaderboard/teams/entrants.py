"""The team that a user may submit for in a challenge.

After submitting for a team, a user stays with it in that challenge. A member of a team that takes part submits for that
team. So nobody gets the submissions of several teams.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from challenges.models import Challenge, Phase
from evaluators.problems import Problem, SubmissionError, quoted
from leaderboard.models import Entrant, Membership, Submission, Team
from leaderboard.teams.teams import personal_team


class WrongTeam(SubmissionError):
    """The user may not submit for this team here, or the team may not submit at all."""


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """The user may submit for ``teams``, and on their own if ``alone``. ``fixed`` is the team they must stay with."""

    alone: bool
    teams: list[Team]
    fixed: Team | None = None

    @property
    def default(self) -> Team | None:
        """None means on one's own; the personal team is created when it is first needed."""
        return self.teams[0] if self.teams and not self.alone else None


def choice_of(user: Any, challenge: Challenge) -> TeamChoice:
    """The user's options in a challenge. Two queries.

    Raises:
        WrongTeam: the user has submitted for a team that they are no longer in.
    """
    mine = list(Team.objects.filter(memberships__user=user).order_by("name", "pk"))
    entries = Entrant.objects.filter(challenge=challenge, team__in=mine) | Entrant.objects.filter(
        challenge=challenge, user=user
    )
    taking_part = {}
    for entry in entries.select_related("team"):
        if entry.user_id == user.pk:
            return _staying(entry.team, mine)
        taking_part[entry.team_id] = entry.team
    shared = [team for team in mine if not team.is_personal]
    bound = [team for team in shared if team.pk in taking_part]
    return TeamChoice(alone=not bound, teams=bound or shared, fixed=bound[0] if len(bound) == 1 else None)


def _staying(team: Team, mine: list[Team]) -> TeamChoice:
    if team not in mine:
        raise WrongTeam(
            Problem(
                f"you have submitted for {quoted(team.name)} in this challenge and stay with it here, "
                "but you are no longer in it.",
                "Let one of its members invite you again.",
                field="team",
            )
        )
    return TeamChoice(alone=team.is_personal, teams=[] if team.is_personal else [team], fixed=team)


def team_for(user: Any, challenge: Challenge, slug: str = "") -> Team:
    """The team with this slug; without a slug, the team that the user takes part with, or else their personal team.

    Raises:
        WrongTeam: the user may not submit for it in this challenge.
    """
    choice = choice_of(user, challenge)
    if slug:
        own = next((team for team in choice.teams if team.slug == slug), None)
        if own is not None:
            return own
        # Compared in Python: an invalid slug, for example with a null character, must not reach the database.
        mine = next((team for team in Team.objects.filter(memberships__user=user) if team.slug == slug), None)
        if mine is None:
            raise WrongTeam(Problem(f"you are in no team {quoted(slug)}.", "Leave it out or correct it.", field="team"))
        if not (mine.is_personal and choice.alone):
            raise _bound(choice)
        return mine
    if choice.alone:
        return personal_team(user)
    if len(choice.teams) > 1:
        raise _bound(choice)
    return choice.teams[0]


def _bound(choice: TeamChoice) -> WrongTeam:
    names = " or ".join(f"{quoted(team.name)} (team={team.slug})" for team in choice.teams)
    if not names:
        return WrongTeam(Problem("you have submitted alone in this challenge and stay so.", field="team"))
    return WrongTeam(Problem("a team of yours takes part in this challenge.", f"Submit for {names}.", field="team"))


def small_enough(phase: Phase, team: Team) -> None:
    """Check the size of the team.

    Raises:
        WrongTeam: the team has more members than the phase allows.
    """
    if phase.max_team_size is None:
        return
    size = team.memberships.count()
    if size > phase.max_team_size:
        raise WrongTeam(
            Problem(
                f"the team {quoted(team.name)} has {size} people; this phase takes teams of up to "
                f"{phase.max_team_size}.",
                field="team",
            )
        )


def enter(submission: Submission) -> None:
    """Record the team that the author submits for from now on. The teams must be locked, see ``lock_teams``.

    Raises:
        WrongTeam: meanwhile the author left or submitted for another team, or the team became too large.
    """
    user, team = submission.created_by, submission.team
    if not Membership.objects.filter(team=team, user=user).exists():
        raise WrongTeam(Problem(f"you are no longer in the team {quoted(team.name)}.", field="team"))
    challenge = submission.phase.challenge
    choice = choice_of(user, challenge)
    if not (choice.alone if team.is_personal else team in choice.teams):
        raise _bound(choice)
    small_enough(submission.phase, team)
    Entrant.objects.get_or_create(challenge=challenge, user=user, defaults={"team": team})
