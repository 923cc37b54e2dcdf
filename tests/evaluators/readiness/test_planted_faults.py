"""Every planted fault is found, with its code and severity; a healthy challenge has no findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evaluators.datasets.preparing import open_bundle
from evaluators.kinds.registry import kind_of
from evaluators.readiness import ReadinessReport
from evaluators.readiness.measuring import readiness
from evaluators.registry import write_baseline
from tests.cleanings import WRONG, write_cleaning
from tests.evaluators.readiness.planting import Data, report_of
from tests.markets import write_market

DEMO = Path(__file__).resolve().parents[3] / "challenges" / "demo"


def copied(data: Data) -> None:
    data.vectors["pool"][:40] = data.vectors["test"][:40]
    data.classes["pool"][:40] = data.classes["test"][:40]


def one_copied(data: Data) -> None:
    data.vectors["pool"][0] = data.vectors["test"][0]


def nearly_copied(data: Data) -> None:
    noise = np.random.default_rng(1).normal(size=data.vectors["test"][:40].shape) * 0.01
    data.vectors["pool"][:40] = data.vectors["test"][:40] + noise


def shuffled(data: Data) -> None:
    np.random.default_rng(1).shuffle(data.classes["pool"])


def shuffled_test(data: Data) -> None:
    np.random.default_rng(1).shuffle(data.classes["test"])


def tiny_test(data: Data) -> None:
    data.vectors["test"], data.classes["test"] = data.vectors["test"][:20], data.classes["test"][:20]


def one_class(data: Data) -> None:
    data.classes["test"][:] = 1


def rare_class(data: Data) -> None:
    data.classes["test"][data.classes["test"] == 2] = 1
    data.classes["test"][:3] = 2


def constant(data: Data) -> None:
    for vectors in data.vectors.values():
        vectors[:] = 0.5


def few_values(data: Data) -> None:
    for name, vectors in data.vectors.items():
        vectors[:] = data.classes[name][:, None] + np.arange(len(vectors))[:, None] % 5


def dead(data: Data) -> None:
    for vectors in data.vectors.values():
        vectors[:, :6] = 0


def perfect(data: Data) -> None:
    for name, vectors in data.vectors.items():
        vectors[np.arange(len(vectors)), data.classes[name]] += 60


def conflicting(data: Data) -> None:
    rows = np.arange(60)
    data.vectors["test"][rows + 60] = data.vectors["test"][rows]
    data.classes["test"][rows + 60] = (data.classes["test"][rows] + 1) % 3


def drifted(data: Data) -> None:
    data.vectors["test"] += 1


def scaled(data: Data) -> None:
    data.vectors["test"] *= 5


PLANTED: list[tuple[Callable[[Data], None], str, str]] = [
    (copied, "test-rows-copied", "blocker"),
    (one_copied, "test-rows-copied", "warning"),
    (nearly_copied, "test-rows-near", "warning"),
    (shuffled, "labels-unrelated", "blocker"),
    (shuffled_test, "labels-unrelated", "blocker"),
    (tiny_test, "test-too-small", "blocker"),
    (one_class, "one-class", "blocker"),
    (rare_class, "class-too-rare", "warning"),
    (constant, "embedding-constant", "blocker"),
    (few_values, "embedding-repeats", "blocker"),
    (dead, "dimensions-dead", "warning"),
    (perfect, "perfect-from-random", "blocker"),
    (conflicting, "labels-conflict", "blocker"),
    (drifted, "test-drifted", "warning"),
    (scaled, "norms-differ", "warning"),
]


@pytest.mark.parametrize(("plant", "code", "severity"), PLANTED, ids=[plant.__name__ for plant, *_ in PLANTED])
def test_a_planted_fault_is_named(tmp_path: Path, plant: Callable[[Data], None], code: str, severity: str) -> None:
    report = report_of(tmp_path, plant)
    assert (code, severity) in graded(report)
    if plant not in (shuffled, shuffled_test, constant, few_values):
        assert ("labels-unrelated", "blocker") not in graded(report)
    found = next(item for item in report.findings if item.code == code)
    assert found.measured
    assert found.why
    assert found.remedy


def test_the_healthy_challenge_has_no_finding(tmp_path: Path) -> None:
    report = report_of(tmp_path)
    assert graded(report) == set()
    assert report.noise is not None
    assert 0 < report.noise.resolvable < (report.noise.headroom or 0)
    assert ReadinessReport.model_validate_json(report.to_bytes()) == report


@pytest.mark.parametrize("slug", ["digits", "rare-nouns", "gloss-market", "mended-digits"])
def test_the_demo_is_ready(tmp_path: Path, slug: str) -> None:
    """No blocker and no warning; notes are allowed. The other two demos take a minute; see docs/readiness.md."""
    dataset = open_bundle(DEMO / slug, tmp_path / "store")
    quick = {"selection": ("random", "stratified"), "cleaning": ("random", "knn-shapley")}
    for name in quick.get(dataset.specification.kind, ("nothing", "random-seller", "best-seller")):
        info = kind_of(dataset.specification).baselines[name]
        write_baseline(info, dataset, tmp_path / "baselines" / name, seed=0)
    report = readiness(dataset, tmp_path / "baselines")
    assert not report.of("blocker")
    assert not report.of("warning")


# --- findings of a single kind


def test_a_market_that_sells_nothing_and_one_that_sells_everything(tmp_path: Path) -> None:
    dear, cheap = (write_market(tmp_path / name) for name in ("dear", "cheap"))
    for bundle, budget in ((dear, 1e-6), (cheap, 1e6)):
        content = json.loads((bundle / "challenge.yaml").read_text())
        for task in content["tasks"]:
            task["budget"] = budget
        (bundle / "challenge.yaml").write_text(json.dumps(content))
    assert ("budget-buys-nothing", "blocker") in graded(readiness(open_bundle(dear, tmp_path / "store")))
    assert ("budget-buys-everything", "warning") in graded(readiness(open_bundle(cheap, tmp_path / "store")))


def test_a_cleaning_of_right_labels_has_nothing_to_find(tmp_path: Path) -> None:
    for name, wrong, found in (("right", (), True), ("wrong", WRONG, False)):
        dataset = open_bundle(write_cleaning(tmp_path / name, wrong=wrong), tmp_path / "store")
        assert (("labels-all-right", "blocker") in graded(readiness(dataset))) == found


def graded(report: ReadinessReport) -> set[tuple[str, str]]:
    return {(item.code, item.severity) for item in report.findings if item.severity != "note"}
