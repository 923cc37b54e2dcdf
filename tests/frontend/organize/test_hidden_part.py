"""A challenge with a hidden part and two phases, from its files to the final board of the second phase."""

from __future__ import annotations

import io
from datetime import timedelta

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from challenges.models import Challenge, Readiness
from challenges.publishing import readiness
from leaderboard.management.demo import BUNDLES
from leaderboard.models import BoardVersion, Submission
from leaderboard.organizing import dryrun
from leaderboard.worker.maintenance import maintain
from tests import factories
from tests.boards import advance
from tests.frontend.organize.test_wizard import ABOUT, send

ROWS = 900
NAMES = ("random", "stratified")
WAY = "/challenges/three-things/organize/"


def digits() -> list[SimpleUploadedFile]:
    table = pq.read_table(BUNDLES / "digits" / "hidden" / "test.parquet").slice(0, ROWS)
    vectors, labels = io.BytesIO(), io.BytesIO()
    pq.write_table(table.select(["id", "embedding"]), vectors)
    pyarrow.csv.write_csv(table.select(["id", "label"]), labels)
    return [
        SimpleUploadedFile("vectors.parquet", vectors.getvalue()),
        SimpleUploadedFile("labels.csv", labels.getvalue()),
    ]


def clock(days: int) -> str:
    return f"{timezone.now() + timedelta(days=days):%Y-%m-%dT%H:%M}"


@pytest.fixture(autouse=True)
def two_baselines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes some seconds in the sandbox."""
    every = dryrun.baselines_for
    for module in (dryrun, readiness):
        monkeypatch.setattr(module, "baselines_for", lambda spec: [info for info in every(spec) if info.name in NAMES])


def test_from_files_to_a_final_board_with_two_phases(page: Client) -> None:
    page.post("/organize/new", ABOUT | {"files": digits()})
    factories.run_queue()
    assert send(page, f"{WAY}columns", test_share="50", final_share="50").status_code == 302
    assert send(page, f"{WAY}scoring").status_code == 302
    factories.run_queue()
    assert send(page, f"{WAY}texts").status_code == 302
    # The first dry run begins here, while its phase is still the last one.
    assert send(page, f"{WAY}phases", name="First", ends_at=clock(2)).status_code == 302
    factories.run_queue()
    assert Submission.objects.filter(is_baseline=True).exists()
    assert send(page, f"{WAY}phases/new", name="Second", starts_at=clock(3), ends_at=clock(4)).status_code == 302
    challenge = Challenge.objects.get()
    hidden = challenge.dataset_versions.get(is_final_part=True)
    planned = challenge.phases.order_by("starts_at").values_list("name", "final_dataset_version")
    assert list(planned) == [("First", None), ("Second", hidden.pk)]
    while Readiness.objects.get().state == "running":
        maintain()
        assert factories.run_queue()
    assert Readiness.objects.get().report["final"] == hidden.digest
    shown = page.get(f"{WAY}readiness")
    boxes = [item.key for check in shown.context["checks"] for item in check.findings]
    answer = page.post(f"{WAY}readiness", {"do": "publish", "acknowledge": boxes})
    assert answer.status_code == 302, answer.context["problems"]
    challenge.refresh_from_db()
    assert challenge.is_published

    second = challenge.phases.get(name="Second")
    advance(timezone.now() + timedelta(days=2.5))
    assert not BoardVersion.objects.filter(dataset_version=hidden).exists()
    advance(timezone.now() + timedelta(days=5))
    assert BoardVersion.objects.get(dataset_version=hidden).phase == second
