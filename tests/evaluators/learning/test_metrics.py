"""One contract for all metrics: slow versions, scikit-learn's to the last bit, and both forms against each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    precision_score,
    recall_score,
)

from evaluators.learning.metrics.base import ClassificationMetric, Counts, confusion
from evaluators.learning.metrics.registry import CLASSIFICATION_METRICS, measure
from evaluators.specification.metrics import METRICS
from tests.toys.cohens_kappa import COHENS_KAPPA

Pair = tuple[list[int], list[int]]

ALL = [*CLASSIFICATION_METRICS.values(), COHENS_KAPPA]
each_metric = pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)


def fraction(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else 0.0


def recall_of(true: list[int], predicted: list[int], name: int) -> float:
    return fraction(sum(t == p == name for t, p in zip(true, predicted, strict=True)), true.count(name))


def precision_of(true: list[int], predicted: list[int], name: int) -> float:
    return fraction(sum(t == p == name for t, p in zip(true, predicted, strict=True)), predicted.count(name))


def f1_of(true: list[int], predicted: list[int], name: int) -> float:
    hits = sum(t == p == name for t, p in zip(true, predicted, strict=True))
    return fraction(2 * hits, true.count(name) + predicted.count(name))


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def accuracy_of(true: list[int], predicted: list[int]) -> float:
    return mean([float(t == p) for t, p in zip(true, predicted, strict=True)])


def kappa_of(true: list[int], predicted: list[int]) -> float:
    chance = sum(true.count(name) * predicted.count(name) for name in set(true)) / len(true) ** 2
    return fraction(accuracy_of(true, predicted) - chance, 1 - chance)


SLOW: dict[str, Callable[[list[int], list[int], int], float]] = {
    "accuracy": lambda true, predicted, classes: accuracy_of(true, predicted),
    "precision": lambda true, predicted, classes: precision_of(true, predicted, 1),
    "recall": lambda true, predicted, classes: recall_of(true, predicted, 1),
    "f1": lambda true, predicted, classes: f1_of(true, predicted, 1),
    "macro_f1": lambda true, predicted, classes: mean([f1_of(true, predicted, name) for name in range(classes)]),
    "balanced_accuracy": lambda true, predicted, classes: mean(
        [recall_of(true, predicted, name) for name in sorted(set(true))]
    ),
    "cohens_kappa": lambda true, predicted, classes: kappa_of(true, predicted),
}

POSITIVE: dict[str, Any] = {"pos_label": 1, "average": "binary", "zero_division": 0}
SKLEARN: dict[str, Callable[..., float]] = {
    "accuracy": lambda true, predicted, classes, **w: accuracy_score(true, predicted, **w),
    "precision": lambda true, predicted, classes, **w: precision_score(true, predicted, **POSITIVE, **w),
    "recall": lambda true, predicted, classes, **w: recall_score(true, predicted, **POSITIVE, **w),
    "f1": lambda true, predicted, classes, **w: f1_score(true, predicted, **POSITIVE, **w),
    "macro_f1": lambda true, predicted, classes, **w: f1_score(
        true, predicted, labels=range(classes), average="macro", zero_division=0, **w
    ),
    "balanced_accuracy": lambda true, predicted, classes, **w: recall_score(
        true, predicted, labels=np.unique(true), average="macro", zero_division=0, **w
    ),
}
"""scikit-learn's version of each metric, where it has one that is defined for all data."""


def pairs(classes: int) -> st.SearchStrategy[Pair]:
    label = st.integers(0, classes - 1)
    return st.lists(st.tuples(label, label), min_size=1, max_size=30).map(
        lambda rows: ([row[0] for row in rows], [row[1] for row in rows])
    )


def class_counts(metric: ClassificationMetric) -> st.SearchStrategy[int]:
    return st.just(2) if metric.binary else st.integers(2, 5)


def matrices(*shape: int) -> st.SearchStrategy[Counts]:
    """Confusion counts; many cells are empty, so that classes are absent."""
    return arrays(np.float64, shape, elements=st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0, 7.0]))


def random_rows(classes: int, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    true = generator.choice(classes, rows, p=generator.dirichlet(np.full(classes, 0.3)))
    return true, np.where(generator.random(rows) < 0.6, true, generator.integers(0, classes, rows))


@each_metric
@given(st.data())
def test_a_metric_is_what_its_definition_says(metric: ClassificationMetric, data: st.DataObject) -> None:
    classes = data.draw(class_counts(metric))
    true, predicted = data.draw(pairs(classes))
    value = metric.from_rows(np.array(true), np.array(predicted), classes)
    assert type(value) is float
    assert value == pytest.approx(SLOW[metric.name](true, predicted, classes), abs=1e-12)


@pytest.mark.parametrize("classes", [2, 3, 9, 40, 130])
@pytest.mark.parametrize("name", SKLEARN)
def test_a_metric_has_the_bits_of_scikit_learn(name: str, classes: int) -> None:
    """NumPy adds more than eight numbers in blocks: with many classes, some absent, the order matters."""
    metric = CLASSIFICATION_METRICS[name]
    if metric.binary:
        classes = 2
    for seed in range(12):
        true, predicted = random_rows(classes, rows=25 * (seed + 1), seed=seed)
        assert metric.from_rows(true, predicted, classes) == SKLEARN[name](true, predicted, classes)


@pytest.mark.parametrize("name", SKLEARN)
def test_weighted_counts_give_the_weighted_score_of_scikit_learn(name: str) -> None:
    metric = CLASSIFICATION_METRICS[name]
    classes = 2 if metric.binary else 4
    true, predicted = random_rows(classes, rows=60, seed=1)
    weights = np.random.default_rng(2).uniform(0.1, 3, 60)
    counts = np.zeros((classes, classes))
    np.add.at(counts, (true, predicted), weights)
    assert float(metric.from_counts(counts)) == pytest.approx(
        SKLEARN[name](true, predicted, classes, sample_weight=weights), abs=1e-12
    )


@each_metric
@given(st.data())
def test_counts_are_repeated_rows(metric: ClassificationMetric, data: st.DataObject) -> None:
    classes = data.draw(class_counts(metric))
    counts = data.draw(matrices(classes, classes).filter(lambda drawn: drawn.any()))
    cells = np.argwhere(counts)
    true, predicted = np.repeat(cells, counts[tuple(cells.T)].astype(int), axis=0).T
    assert np.array_equal(confusion(true, predicted, classes), counts)
    assert metric.from_rows(true, predicted, classes) == float(metric.from_counts(counts))
    assert metric.from_counts(counts / 4) == pytest.approx(float(metric.from_counts(counts)), abs=1e-12)


@each_metric
@settings(max_examples=40)
@given(st.data())
def test_many_matrices_are_measured_at_once(metric: ClassificationMetric, data: st.DataObject) -> None:
    classes = data.draw(class_counts(metric))
    counts = data.draw(matrices(2, 3, classes, classes))
    before = counts.copy()
    values = metric.from_counts(counts)
    assert (values.shape, values.dtype) == ((2, 3), np.float64)
    assert np.isfinite(values).all()
    assert np.array_equal(counts, before)
    single = [[float(metric.from_counts(matrix)) for matrix in row] for row in counts]
    assert values == pytest.approx(np.array(single), abs=1e-15)


@each_metric
@given(st.data())
def test_perfect_predictions_are_best_and_the_order_of_rows_means_nothing(
    metric: ClassificationMetric, data: st.DataObject
) -> None:
    classes = data.draw(class_counts(metric))
    true, predicted = map(np.array, data.draw(pairs(classes)))
    value = metric.from_rows(true, predicted, classes)
    every = np.arange(classes).repeat(3)
    best = metric.from_rows(every, every, classes)
    assert best == (1.0 if metric.direction == "maximize" else 0.0)
    assert value <= best if metric.direction == "maximize" else value >= best
    order = data.draw(st.permutations(range(len(true))))
    assert metric.from_rows(true[order], predicted[order], classes) == value


@each_metric
def test_a_constant_answer_gives_a_finite_number_without_a_warning(
    metric: ClassificationMetric, recwarn: pytest.WarningsRecorder
) -> None:
    for true in ([0, 0, 0], [1, 1, 1], [0, 1, 1]):
        for predicted in ([0, 0, 0], [1, 1, 1]):
            assert math.isfinite(metric.from_rows(np.array(true), np.array(predicted), 2))
    assert not recwarn.list


@pytest.mark.parametrize(
    ("true", "predicted"), [([0, 1], [0]), ([0, 2], [0, 1]), ([0, 1], [0, -1]), ([[0], [1]], [[0], [1]])]
)
def test_rows_that_do_not_fit_are_refused(true: list[Any], predicted: list[Any]) -> None:
    with pytest.raises(ValueError, match="class"):
        confusion(np.array(true), np.array(predicted), 2)


def test_metrics_of_class_1_are_left_out_with_more_classes() -> None:
    true, predicted = np.array([0, 1, 2]), np.array([0, 1, 1])
    known = CLASSIFICATION_METRICS
    measured = measure(true, predicted, 3, ranked_by="accuracy")
    assert list(measured) == [name for name, metric in known.items() if not metric.binary]
    assert measured["accuracy"] == 2 / 3
    assert list(measure(true[:2], predicted[:2], 2, ranked_by="accuracy")) == list(known)


def test_a_new_metric_is_only_in_the_results_that_it_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    true, predicted = np.array([0, 1, 1]), np.array([0, 1, 0])
    before = measure(true, predicted, 2, ranked_by="f1")
    monkeypatch.setitem(CLASSIFICATION_METRICS, COHENS_KAPPA.name, COHENS_KAPPA)
    assert measure(true, predicted, 2, ranked_by="f1") == before
    ranked = measure(true, predicted, 2, ranked_by="cohens_kappa")
    assert ranked == before | {"cohens_kappa": COHENS_KAPPA.from_rows(true, predicted, 2)}


@pytest.mark.parametrize("metric", [*METRICS.values(), COHENS_KAPPA], ids=lambda metric: metric.name)
def test_a_metric_says_what_it_is(metric: Any) -> None:
    assert metric.title
    assert metric.formula
    assert metric.meaning
    assert not metric.meaning.endswith(".")
    assert not metric.condition or metric.condition.endswith(".")
    assert METRICS.get(metric.name, metric) is metric
