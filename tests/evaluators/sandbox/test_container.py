"""In a container with Docker's default profile a submission is scored; with Landlock refused as well, none is."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evaluators.datasets.prepared import PreparedDataset
from evaluators.scoring import Scored, evaluate
from tests.evaluators.conftest import ROOT

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the profile is written for x86-64")

LANDLOCK = range(444, 447)


def in_a_container(dataset: Path, submission: Path, *refused: int) -> Any:
    command = [sys.executable, "-m", "tests.evaluators.sandbox.container", str(dataset), str(submission)]
    ended = subprocess.run([*command, *map(str, refused)], cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    return json.loads(ended.stdout)


def test_namespaces_are_refused_and_a_submission_is_scored(known: PreparedDataset, submission: Path) -> None:
    found = in_a_container(known.path, submission)
    here = evaluate(known.path, submission)
    assert isinstance(here, Scored)
    assert found == {"ok": True, "name": "landlock", "reason": "", "score": here.content.decode()}


def test_with_landlock_refused_as_well_nothing_is_scored(known: PreparedDataset, submission: Path) -> None:
    found = in_a_container(known.path, submission, *LANDLOCK)
    assert (found["ok"], found["name"], found["score"]) == (False, "", None)
    assert "namespaces: the kernel refuses user namespaces here" in found["reason"]
    assert "landlock: the kernel has no Landlock" in found["reason"]


@pytest.mark.parametrize("refused", [[444], [445], [446], [157], [126], [302]])
def test_a_wall_that_cannot_be_taken_on_is_a_sandbox_that_does_not_work(
    refused: list[int], known: PreparedDataset, submission: Path
) -> None:
    """A call of Landlock's, ``prctl`` for the filter, ``capset`` for capabilities, ``prlimit64`` for limits."""
    found = in_a_container(known.path, submission, *refused)
    assert (found["ok"], found["score"]) == (False, None)
