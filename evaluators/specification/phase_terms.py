"""The terms of a phase, independent of where they come from: a form, a bundle or a row of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MAX_NAME = 60
MAX_LIMIT = 1_000_000

MOMENTS = ("starts_at", "ends_at", "freezes_at", "review_ends_at")
LIMITS = ("daily_limit", "total_limit", "max_team_size")


@dataclass(frozen=True, slots=True)
class PhaseTerms:
    """When a phase accepts submissions, how many, and how large teams may be.

    Moments are timezone-aware. ``time_zone`` is the one in which the organizer thinks; messages show times in it. From
    ``freezes_at`` to ``ends_at`` the board shows others only submissions made before the freeze. From ``ends_at`` to
    ``review_ends_at`` entries can be questioned. A limit of None means unlimited.
    """

    name: str
    starts_at: datetime
    ends_at: datetime | None = None
    time_zone: str = "UTC"
    freezes_at: datetime | None = None
    review_ends_at: datetime | None = None
    daily_limit: int | None = None
    total_limit: int | None = None
    max_team_size: int | None = None
    open_division: bool = False
