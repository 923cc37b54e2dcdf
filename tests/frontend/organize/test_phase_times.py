"""Times of phases in forms: what is shown can be sent back, also what earlier versions accepted."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pytest
from django.conf import LazySettings
from django.test import Client

from challenges.models import DatasetVersion, Phase, Role
from leaderboard.models import User
from leaderboard.storage.datasets import open_dataset

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
