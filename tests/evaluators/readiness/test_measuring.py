"""The fast measurements against slow, exact versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from evaluators.cli.main import main
from evaluators.datasets.prepared import PreparedDataset, PreparedTable
from evaluators.datasets.preparing import open_bundle
from evaluators.kinds.task_rows import TableRows
from evaluators.learning.metrics.base import ClassificationMetric
from evaluators.learning.metrics.registry import CLASSIFICATION_METRICS
from evaluators.readiness import ReadinessReport
from evaluators.readiness.bootstrap import DRAWS, SEED, paired_error, resampled, smallest_difference
from evaluators.readiness.copies import conflicts, copies, distinct, hashes
from evaluators.readiness.measuring import readiness
from evaluators.readiness.neighbours import NEAR, Index, nearest, unit
from evaluators.readiness.relation import kappa
from evaluators.scoring.score import score
from evaluators.submissions.uploads import read_files
from tests.bundles import good_files, write_bundle, write_table

each_metric = pytest.mark.parametrize("metric", CLASSIFICATION_METRICS.values(), ids=lambda metric: metric.name)


def rows_of(folder: Path, vectors: np.ndarray, *, name: str = "pool", labels: np.ndarray | None = None) -> TableRows:
    (folder / name).mkdir(parents=True)
    np.save(folder / name / "embedding.npy", vectors, allow_pickle=False)
    return TableRows(name, name, (PreparedTable(folder / name, len(vectors)),), labels, hidden=False)


@pytest.mark.parametrize("floats", ["float16", "float32", "float64"])
def test_copies_are_those_of_a_slow_comparison(tmp_path: Path, floats: str) -> None:
    generator = np.random.default_rng(0)
    # Few distinct values, so that many rows are equal; both signs of zero, which compare equal.
    left, right = (generator.integers(-1, 2, (300, 4)).astype(floats) * 0.5 for _ in range(2))
    left[0] = -0.0
    found = copies(hashes(rows_of(tmp_path, left, name="left")), hashes(rows_of(tmp_path, right[:60], name="right")))
    slow = [any((row == other).all() for other in right[:60]) for row in left]
    assert found.tolist() == slow
    assert 0 < sum(slow) < len(slow)
    different = {tuple(value + 0.0 for value in row) for row in left.tolist()}
    assert distinct(hashes(rows_of(tmp_path, left, name="again"))) == len(different)


def test_conflicts_are_those_of_a_slow_comparison(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    vectors = generator.integers(0, 3, (200, 4)).astype(np.float32)
    labels = generator.integers(0, 2, 200)
    found = conflicts(hashes(rows_of(tmp_path, vectors)), labels)
    slow = [
        any((row == other).all() and label != theirs for other, theirs in zip(vectors, labels, strict=True))
        for row, label in zip(vectors, labels, strict=True)
    ]
    assert found.tolist() == slow
    assert 0 < sum(slow) < len(slow)


def test_neighbours_are_those_of_a_slow_search(tmp_path: Path) -> None:
    generator = np.random.default_rng(2)
    pool = generator.normal(size=(400, 12)).astype(np.float32) * generator.uniform(0.1, 9, (400, 1)).astype(np.float32)
    test = generator.normal(size=(90, 12)).astype(np.float32)
    test[:7] = pool[:7] * 3  # same direction, different length
    right, left = rows_of(tmp_path, pool), rows_of(tmp_path, test, name="test")
    index = Index.of(right, hashes(right))
    between = np.linalg.norm(unit(test)[:, None] - unit(pool)[None], axis=2)
    own = np.linalg.norm(unit(pool)[:, None] - unit(pool)[None], axis=2) + 9 * np.eye(len(pool))
    assert nearest(index.faiss_index, test, k=1) == pytest.approx(between.min(axis=1), abs=2e-3)
    assert index.own == pytest.approx(own.min(axis=1), abs=2e-3)
    overlap = index.overlap(left, hashes(left))
    assert overlap.near == (between.min(axis=1) < NEAR * np.median(own.min(axis=1))).sum() == 7
    assert overlap.copies == 0
    assert (overlap.compared_left, overlap.compared_right) == (90, 400)
    assert sum(overlap.to_right) == pytest.approx(1, abs=1e-4)


@each_metric
def test_the_bootstrap_over_cells_is_the_one_over_rows(metric: ClassificationMetric) -> None:
    generator = np.random.default_rng(3)
    classes = 2 if metric.binary else 4
    true = generator.integers(0, classes, 150)
    first, second = (
        np.where(generator.random(150) < part, true, generator.integers(0, classes, 150)) for part in (0.7, 0.4)
    )
    draws = generator.integers(0, 150, (1500, 150))
    slow = [[metric.from_rows(true[draw], said[draw], classes) for draw in draws[:400]] for said in (first, second)]
    left, right = resampled(metric, true, [first, second], classes, draws=4000)
    assert left.mean() == pytest.approx(np.mean(slow[0]), abs=0.01)
    assert left.std() == pytest.approx(np.std(slow[0]), rel=0.15)
    assert paired_error(metric, true, first, second, classes) == pytest.approx(
        np.std(np.subtract(*slow), ddof=1), rel=0.15
    )
    assert (left - right).std() == pytest.approx(np.std(np.subtract(*slow)), rel=0.15)


@each_metric
def test_a_draw_that_loses_a_class_is_measured_by_the_definition(metric: ClassificationMetric) -> None:
    """Every seventh draw misses both rows of a class: its recall is then left out of the mean, not counted as 0."""
    classes = 2 if metric.binary else 3
    true = np.array([0] * 6 + [1] * 2 if classes == 2 else [0] * 6 + [1] * 2 + [2] * 6)
    said = np.where(np.arange(len(true)) % 3 == 0, 0, true)
    cells, counts = np.unique(np.stack([true, said]), axis=1, return_counts=True)
    drawn = np.random.default_rng(SEED).multinomial(len(true), counts / counts.sum(), size=DRAWS)
    rows = [np.repeat(cells, draw, axis=1) for draw in drawn]
    assert sum(1 not in draw[0] for draw in rows) > DRAWS / 20
    slow = [metric.from_rows(draw[0], draw[1], classes) for draw in rows]
    assert resampled(metric, true, [said], classes)[0] == pytest.approx(slow, abs=1e-12)


def test_kappa_is_that_of_a_library() -> None:
    generator = np.random.default_rng(5)
    true = generator.choice(4, 300, p=[0.9, 0.05, 0.04, 0.01])
    said = np.where(generator.random(300) < 0.6, true, generator.integers(0, 4, 300))
    assert kappa(true, said, 4) == pytest.approx(cohen_kappa_score(true, said))
    assert kappa(true, np.zeros_like(true), 4) == 0
    assert kappa(np.zeros_like(true), np.zeros_like(true), 4) == 0


@pytest.mark.parametrize(("rows", "difference"), [(193, 0.1), (769, 0.05), (19208, 0.01)])
def test_the_sizes_that_a_remedy_names(rows: int, difference: float) -> None:
    assert smallest_difference(rows) <= difference < smallest_difference(rows - 1)


def test_recorded_results_stand_in_for_scoring(tmp_path: Path) -> None:
    dataset = open_bundle(write_bundle(tmp_path / "bundle"), tmp_path / "store")
    folder = tmp_path / "baselines"
    (folder / "random").mkdir(parents=True)
    for name, content in good_files().items():
        (folder / "random" / name).write_bytes(content)
    scored = readiness(dataset, folder)
    recorded = json.loads(scored.to_bytes())
    assert recorded["baselines"][0]["name"] == "random"
    result = _scored(dataset.path, folder / "random")
    assert result["score"]["value"] == recorded["baselines"][0]["value"]
    result["score"]["value"] = 0.25
    (folder / "random.json").write_text(json.dumps(result))
    assert readiness(dataset, folder).baselines[0].value == 0.25


def _scored(dataset: Path, files: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(score(PreparedDataset.open(dataset), read_files([files])).to_bytes())
    return content


def test_the_final_part_is_compared_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generator = np.random.default_rng(4)
    bundle = write_bundle(tmp_path / "bundle", final={"files": ["hidden/final.parquet"], "label": "label"}, rows=300)
    vectors = generator.normal(size=(60, 8)).astype(np.float32)
    write_table(
        bundle / "hidden/test.parquet", [f"t{row}" for row in range(60)], vectors, ["apple", "bread", "chair"] * 20
    )
    write_table(
        bundle / "hidden/final.parquet",
        [f"f{row}" for row in range(40)],
        np.concatenate([vectors[:10], generator.normal(size=(30, 8))]),
        ["apple", "bread", "chair", "apple"] * 10,
    )
    assert main(["readiness", str(bundle), "--store", str(tmp_path / "store"), "--json"]) == 0
    report = ReadinessReport.model_validate_json(capsys.readouterr().out)
    assert report.final is not None
    overlap = next(
        item for item in report.overlaps if (item.left, item.right) == ("final test rows", "hidden test rows")
    )
    assert overlap.copies == 10
    assert "final test rows" in {item.where for item in report.of("blocker") if item.code == "test-rows-copied"}
