"""Nobody gets a name that belongs to the site, its staff, its baselines or to those who left."""

from __future__ import annotations

import pytest

from leaderboard.models import User
from leaderboard.teams import membership
from leaderboard.teams.membership import TeamError
from leaderboard.teams.reserved import is_reserved

RESERVED = [
    *("Admin", "ADM1N", "adm1n", "Staff", "Baseline", "BASELINES", "moderator", "The site", "anonymous", "Root"),
    *(
        "deleted user",
        "Deleted-User",
        "de1eted user 3f2a91bc",
        "DELETED_USER_7",
        "\u217deleted user".replace("\u217d", "d"),
    ),
    *("a\u0323dmin", "\uff53\uff54\uff41\uff46\uff46", "\u1d00\u1d05\u1d0d\u026a\u0274"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", RESERVED)
def test_no_team_gets_one(user: User, name: str) -> None:
    with pytest.raises(TeamError, match="taken, or looks like one"):
        membership.create(user, name)


@pytest.mark.parametrize("name", ["Baseline crushers", "deleted scenes", "Admirals", "rooted", "user"])
def test_other_names_are_free(name: str) -> None:
    assert not is_reserved(name)
