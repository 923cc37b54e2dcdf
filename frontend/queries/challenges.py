"""Reading challenges for pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import Http404
from django.utils import timezone

from challenges.models import Challenge, Phase
from evaluators.specification import Specification
from frontend.plots.strip import Point, Strip, strip_plot
from leaderboard.models import BoardEntry, Division
from leaderboard.submissions.intake import closed_problem

PLOTTED = 60
"""How many of the best entries a card draws, besides all baselines."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the home page shows of one challenge."""

    challenge: Challenge
    phase: Phase | None
    specification: Specification | None
    leader: BoardEntry | None
    leader_is_own: bool
    entries: int
    teams: int
    plot: Strip | None

    @property
    def state(self) -> str:
        if self.phase is None:
            return "upcoming"
        return "closed" if not self.challenge.is_published else self.phase.state


def current_phase(challenge: Challenge) -> Phase:
    """The phase that pages show.

    Raises:
        Http404: the challenge has none yet.
    """
    phase = challenge.current_phase
    if phase is None:
        raise Http404("This challenge has no phase yet.")
    return phase


def asked_phase(challenge: Challenge, name: str | None) -> Phase:
    """The phase of this name; without a name the one that pages show.

    Raises:
        Http404: there is none.
    """
    if not name:
        return current_phase(challenge)
    phase = challenge.phase_named(name)
    if phase is None:
        raise Http404("This challenge has no such phase.")
    return phase


def takes_submissions(phase: Phase | None) -> bool:
    """Whether one can submit to this phase now."""
    return phase is not None and closed_problem(phase, timezone.now()) is None


def own_teams(user: Any) -> set[int]:
    """Ids of the user's teams."""
    return set(user.teams.values_list("pk", flat=True)) if user.is_authenticated else set()


def home_cards(user: Any) -> list[Card]:
    """Every challenge listed for ``user``, with its leader. The number of queries does not depend on their number."""
    challenges = list(Challenge.objects.listed_for(user).prefetch_related("phases__dataset_version"))
    phases = {challenge.pk: challenge.current_phase for challenge in challenges}
    ids = [phase.pk for phase in phases.values() if phase is not None]
    own = own_teams(user)
    counts = _counts(ids)
    entries: dict[int | None, list[BoardEntry]] = {}
    for entry in _plotted(ids):
        entries.setdefault(entry.phase_id, []).append(entry)
    cards = []
    for challenge in challenges:
        phase = phases[challenge.pk]
        key = phase.pk if phase is not None else None
        cards.append(_card(challenge, phase, entries.get(key, []), counts.get(key), own))
    order = {"open": 0, "upcoming": 1, "closed": 2}
    return sorted(cards, key=lambda card: order[card.state])


def _counts(phase_ids: Sequence[int]) -> dict[int | None, dict[str, int]]:
    people = Q(submission__is_baseline=False)
    rows = (
        BoardEntry.objects.filter(phase__in=phase_ids)
        .order_by()
        .values("phase")
        .annotate(entries=Count("pk", filter=people), teams=Count("team", filter=people, distinct=True))
    )
    return {row["phase"]: {"entries": row["entries"], "teams": row["teams"]} for row in rows}


def _plotted(phase_ids: Sequence[int]) -> Sequence[BoardEntry]:
    """Entries of the closed division only: others cannot be compared."""
    return list(
        BoardEntry.objects.filter(phase__in=phase_ids, division=Division.CLOSED, rank_best__isnull=False)
        .filter(Q(rank_best__lte=PLOTTED) | Q(submission__is_baseline=True))
        .select_related("team", "submission")
        .order_by("phase", "position")
    )


def _card(
    challenge: Challenge, phase: Phase | None, entries: list[BoardEntry], counts: dict[str, int] | None, own: set[int]
) -> Card:
    leader = entries[0] if entries else None
    return Card(
        challenge=challenge,
        phase=phase,
        specification=phase.dataset_version.spec if phase else None,
        leader=leader,
        leader_is_own=leader is not None and leader.team_id in own,
        entries=counts["entries"] if counts else 0,
        teams=counts["teams"] if counts else 0,
        plot=strip_plot(points_of(entries, own)),
    )


def points_of(entries: Sequence[BoardEntry], own: set[int]) -> list[Point]:
    """The dots of a strip plot; everyone at the first rank is a leader."""
    return [
        Point(
            score=entry.score,
            label=f"{entry.submission.name if entry.submission.is_baseline else entry.team.name}: {entry.score:.4f}",
            is_baseline=entry.submission.is_baseline,
            is_own=entry.team_id in own,
            is_leader=entry.rank_best == 1,
        )
        for entry in entries
    ]
