"""Times of phases in forms: what is shown can be sent back, also what earlier versions accepted."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client

from challenges.models import Announcement, DatasetVersion, Phase, Role
from leaderboard.models import User
from leaderboard.storage.datasets import open_dataset
from tests.frontend.organize.test_wizard import send

ORGANIZE = "/challenges/tiny/organize/phases"


@pytest.fixture
def owned(phase: Phase, user: User) -> Phase:
    """The open phase of a published challenge that ada owns."""
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    return phase


@pytest.mark.parametrize(
    ("year", "zone"), [(1, "America/New_York"), (9999, "Asia/Tokyo")], ids=["the first year", "the last"]
)
def test_a_stored_phase_out_of_range_opens(
    owned: Phase, page: Client, settings: LazySettings, year: int, zone: str
) -> None:
    moment = datetime(1, 1, 1, tzinfo=UTC) if year == 1 else datetime(9999, 12, 31, 23, tzinfo=UTC)
    version = owned.dataset_version
    plan = {"name": "Open", "starts": moment.isoformat(), "time_zone": zone}
    DatasetVersion.objects.update(specification={**version.specification, "phases": [plan]})
    Phase.objects.update(starts_at=moment, time_zone=zone)
    for address in (ORGANIZE, f"{ORGANIZE}/{owned.pk}", "/challenges/tiny/"):
        assert page.get(address).status_code == 200
    shutil.rmtree(settings.DATASETS_DIR / version.digest)
    assert open_dataset(DatasetVersion.objects.get()).digest == version.digest


TWICE = datetime(2030, 10, 27, 1, 30, 20, tzinfo=UTC)
"""The second 02:30 of the night in which clocks in Berlin are put back, with seconds that no field shows."""


@pytest.mark.parametrize("field", ["starts_at", "freezes_at", "ends_at", "review_ends_at"])
def test_a_time_that_clocks_show_twice_is_kept_if_it_is_not_edited(owned: Phase, page: Client, field: str) -> None:
    days = {"starts_at": -5, "freezes_at": 2, "ends_at": 5, "review_ends_at": 9}
    dates = {name: TWICE + timedelta(days=number - days[field]) for name, number in days.items()}
    Phase.objects.update(**dates, time_zone="Europe/Berlin", daily_limit=1)
    address = f"{ORGANIZE}/{owned.pk}"
    assert "2030-10-27T02:30" in page.get(address).content.decode()
    assert send(page, address, daily_limit="7").status_code == 302
    changed = Phase.objects.get()
    assert {name: getattr(changed, name) for name in dates} == dates
    assert Announcement.objects.get().body.splitlines() == ["- Now 7 submissions a day (before: 1)."]


def test_a_time_that_is_edited_is_read_in_its_zone(owned: Phase, page: Client) -> None:
    Phase.objects.update(starts_at=TWICE - timedelta(days=9), ends_at=TWICE, time_zone="Europe/Berlin")
    address = f"{ORGANIZE}/{owned.pk}"
    assert send(page, address, ends_at="2030-10-27T03:30").status_code == 302
    assert Phase.objects.get().ends_at == datetime(2030, 10, 27, 2, 30, tzinfo=UTC)
    assert send(page, address, time_zone="UTC", ends_at="2030-10-28T02:30").status_code == 302
    assert Phase.objects.get().ends_at == datetime(2030, 10, 28, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("ends_at", [TWICE, datetime(2030, 1, 1, 0, 0, 1, tzinfo=UTC)])
def test_the_start_that_is_proposed_for_a_next_phase_is_valid(owned: Phase, page: Client, ends_at: datetime) -> None:
    Phase.objects.update(ends_at=ends_at, time_zone="Europe/Berlin")
    assert send(page, f"{ORGANIZE}/new", name="Next").status_code == 302
    start = Phase.objects.get(name="Next").starts_at
    assert ends_at <= start <= ends_at + timedelta(hours=1)
