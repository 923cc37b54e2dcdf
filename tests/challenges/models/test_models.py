from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from challenges.models import Challenge, DataFile, DatasetVersion, Phase
from leaderboard.models import User
from tests import factories

NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("starts", "ends", "state"),
    [
        (NOW - HOUR, None, "open"),
        (NOW, None, "open"),
        (NOW + HOUR, None, "upcoming"),
        (NOW - HOUR, NOW + HOUR, "open"),
        (NOW - HOUR, NOW, "closed"),
        (NOW - 2 * HOUR, NOW - HOUR, "closed"),
    ],
)
def test_the_state_of_a_phase(starts: Any, ends: Any, state: str) -> None:
    assert Phase(starts_at=starts, ends_at=ends).state_at(NOW) == state


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], None),
        ([(-5, -4), (-3, -2)], 1),
        ([(-5, None), (2, None)], 0),
        ([(2, 3), (1, 2)], 1),
        ([(-9, -8), (-3, 1), (-2, 5), (4, 6)], 2),
        ([(-9, 9), (-3, -2)], 0),
    ],
)
def test_the_phase_that_pages_show(phase: Phase, spans: list[tuple[int, int | None]], expected: int | None) -> None:
    """The newest open phase, else the last that was open, else the next."""
    challenge, version = phase.challenge, phase.dataset_version
    phase.delete()
    made = [
        factories.phase(
            version,
            name=f"p{number}",
            starts_at=NOW + starts * HOUR,
            ends_at=NOW + ends * HOUR if ends is not None else None,
        )
        for number, (starts, ends) in enumerate(spans)
    ]
    assert challenge.current_phase == (made[expected] if expected is not None else None)


def test_drafts_are_for_staff(phase: Phase, user: User, staff: User) -> None:
    challenge = phase.challenge
    for status, seen in (("draft", False), ("published", True), ("archived", True)):
        Challenge.objects.update(status=status)
        for visitor in (AnonymousUser(), user):
            assert Challenge.objects.visible_to(visitor).filter(pk=challenge.pk).exists() is seen
        assert Challenge.objects.visible_to(staff).filter(pk=challenge.pk).exists()
    staff.is_active = False
    Challenge.objects.update(status="draft")
    assert not Challenge.objects.visible_to(staff).exists()


@pytest.mark.parametrize(
    ("manager", "wrong"),
    [
        (Challenge.objects, {"status": "secret"}),
        (Phase.objects, {"ends_at": NOW - 99 * 24 * HOUR}),
        # The database itself refuses a hidden file that is marked public.
        (DataFile.objects.filter(name__startswith="hidden/"), {"is_public": True}),
        (DataFile.objects.filter(name__startswith="public/pool"), {"name": "hidden/pool.parquet"}),
        (DatasetVersion.objects, {"split": "both"}),
        (DatasetVersion.objects, {"is_final_part": True}),
    ],
)
def test_the_database_refuses_what_makes_no_sense(phase: Phase, manager: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        manager.update(**wrong)
