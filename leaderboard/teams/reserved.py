"""Names that nobody gets, because readers would take their holder for the site, its staff or nobody in particular."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from challenges.naming.lookalikes import look_alike, name_keys
from leaderboard.teams.teams import BASELINES_SLUG

NOBODY = "deleted user"
"""How the site calls a deleted account, with a random mark behind it on boards."""

_ACTORS = ("api", "board", "digest", "dry run", "import", "maintenance", "pages", "recovery", "web")
"""Whom the histories of jobs name where no account acted."""


def is_reserved(name: str) -> bool:
    """Whether the name is a reserved word, looks like one, or begins as the names of deleted accounts do."""
    return not name_keys(name).isdisjoint(_reserved()) or _is_nobody(name)


def _is_nobody(name: str) -> bool:
    words = name.replace("-", " ").replace("_", " ").replace(".", " ").split()
    return any(look_alike(" ".join(words[:count]), NOBODY) for count in (1, 2))


@cache
def _reserved() -> frozenset[str]:
    """Also in capitals, which have other look-alikes: ``ADM1N`` looks like ``ADMIN``, not like ``admin``."""
    words = (*settings.ACCOUNT_USERNAME_BLACKLIST, BASELINES_SLUG, NOBODY, "the site", *_ACTORS)
    return frozenset(key for word in words for case in (word, word.upper()) for key in name_keys(case))
