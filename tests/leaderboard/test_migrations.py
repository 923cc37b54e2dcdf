"""Migrations that change what is recorded, run on what was recorded before them."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from challenges.models import Phase, Role
from leaderboard.models import Entrant, User
from leaderboard.teams import baselines_team
from tests import factories


@pytest.mark.parametrize("times", [1, 2])
def test_whoever_submitted_before_stays_with_the_team(phase: Phase, user: User, times: int) -> None:
    made = factories.submission(phase, user)
    factories.submission(phase, user, name="second")
    factories.submission(phase, baselines_team(), baseline="random", client="baseline")
    judge = factories.user("bob")
    factories.submission(phase, judge)
    Entrant.objects.all().delete()
    Role.objects.all().delete()
    Role.objects.create(challenge=phase.challenge, user=judge, name="judge")
    for _ in range(times):
        import_module("leaderboard.migrations.0008_entrants_of_what_was_sent").add_entrants(apps, None)
    assert Entrant.objects.get(user=user).team == made.team
    assert Entrant.objects.count() == 2
    assert set(Role.objects.values_list("user__username", "name")) == {("ada", "participant"), ("bob", "judge")}
