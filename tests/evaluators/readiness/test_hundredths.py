"""Challenges whose scores are hundredths, as on DataPerf's site: the readiness check takes them for what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluators.datasets.preparing import open_bundle
from evaluators.problems.problem import BundleError
from evaluators.readiness.measuring import readiness
from evaluators.registry import baselines_for, write_baseline
from tests.hostile.corpus import CHALLENGES


@pytest.mark.parametrize("slug", ["market-online", "ranking-online", "speech-online"])
def test_a_random_submission_is_not_perfect(slug: str, tmp_path: Path) -> None:
    dataset = open_bundle(CHALLENGES[slug](tmp_path / slug), tmp_path / "store")
    made = 0
    for info in baselines_for(dataset.specification):
        try:
            write_baseline(info, dataset, tmp_path / "baselines" / info.name, seed=0)
        except BundleError:
            continue
        made += 1
    report = readiness(dataset, tmp_path / "baselines")
    assert made > 2
    assert report.noise is not None
    assert report.noise.random is not None
    assert report.noise.random > 1
    codes = {finding.code for finding in report.findings}
    assert "perfect-from-random" not in codes
    assert "baselines-missing" not in codes
