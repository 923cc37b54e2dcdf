"""The phases of a bundle are created for a draft, but left unchanged once people rely on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from challenges.drafts.bundles import load_bundle
from challenges.models import Challenge, DatasetVersion
from challenges.phases.creating import create_phases, planned_phases
from evaluators.datasets import prepare_splits
from evaluators.problems import BundleError
from evaluators.specification import PhasePlan
from leaderboard.storage import object_store
from tests import factories
from tests.bundles import write_bundle

OPEN = {"name": "Open", "starts": "2027-03-01 09:00", "ends": "2027-04-01 09:00", "time_zone": "Europe/Berlin"}
LAST = {"name": "Last", "starts": "2027-04-02", "ends": "2027-05-01", "review_ends": "2027-05-15", "daily_limit": 3}


def plans(*content: dict[str, Any]) -> list[PhasePlan]:
    return [PhasePlan.model_validate(item) for item in content]


@pytest.fixture
def version(settings: LazySettings, db: None, tmp_path: Path) -> DatasetVersion:
    bundle = write_bundle(tmp_path / "bundle")
    return load_bundle(bundle, store=object_store(), datasets=settings.DATASETS_DIR, preparing=prepare_splits)


def another(version: DatasetVersion) -> DatasetVersion:
    return DatasetVersion.objects.create(
        challenge=version.challenge, number=2, digest="2" * 64, specification=version.specification
    )


def test_plans_become_phases_that_the_database_takes(version: DatasetVersion) -> None:
    made = create_phases(version.challenge, plans(LAST, OPEN), version)
    assert [phase.name for phase in made] == ["Open", "Last"]
    assert made[0].starts_at.isoformat() == "2027-03-01T08:00:00+00:00"
    assert (made[1].daily_limit, made[1].review_ends_at is not None, made[1].time_zone) == (3, True, "UTC")
    assert all(phase.final_dataset_version is None for phase in made)


def test_the_final_part_goes_to_the_last_phase_whatever_their_order(version: DatasetVersion) -> None:
    version.final_part = final = another(version)
    made = planned_phases(plans(LAST, OPEN), version)
    assert {phase.name: phase.final_dataset_version for phase in made} == {"Last": final, "Open": None}


def test_a_drafts_phases_are_replaced_but_for_those_with_submissions(version: DatasetVersion) -> None:
    now = OPEN | {"starts": "2020-01-01", "ends": "2099-01-01"}
    later = {"name": "Later", "starts": "2099-01-01"}
    first = create_phases(version.challenge, plans(now, later | {"name": "Last"}), version)[0]
    Challenge.objects.update(status="published")
    first.refresh_from_db()
    factories.submission(first, factories.user("ada"))
    Challenge.objects.update(status="draft")
    newer = another(version)
    with pytest.raises(BundleError, match="'Last' starts while 'Open' is open"):
        create_phases(version.challenge, plans(LAST), newer)
    made = create_phases(version.challenge, plans(OPEN | {"name": "OPEN", "daily_limit": 1}, later), newer)
    assert {phase.name: phase.dataset_version.number for phase in made} == {"Open": 1, "Later": 2}
    assert made[0].pk == first.pk
    assert made[0].daily_limit is None


def test_without_plans_a_drafts_phases_move_to_the_new_data(version: DatasetVersion) -> None:
    create_phases(version.challenge, plans(OPEN, LAST), version)
    newer = another(version)
    newer.final_part = version
    made = create_phases(version.challenge, [], newer)
    assert {phase.name: phase.dataset_version for phase in made} == {"Open": newer, "Last": newer}
    assert {phase.name: phase.final_dataset_version for phase in made} == {"Open": None, "Last": version}


def test_a_challenge_that_people_see_keeps_its_phases(version: DatasetVersion) -> None:
    create_phases(version.challenge, plans(OPEN), version)
    Challenge.objects.update(status="published")
    made = create_phases(version.challenge, plans(LAST), another(version))
    assert [(phase.name, phase.dataset_version) for phase in made] == [("Open", version)]
