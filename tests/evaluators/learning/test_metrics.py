"""Metrics against hand-written versions, and one contract for all of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.learning.metric_names import CLASSIFICATION
from evaluators.learning.metrics import FUNCTIONS, measure

Pair = tuple[list[int], list[int]]


def ratio(above: int, below: int) -> float:
    return above / below if below else 0.0


def recall_of(true: list[int], predicted: list[int], name: int) -> float:
    return ratio(sum(t == p == name for t, p in zip(true, predicted, strict=True)), true.count(name))


def precision_of(true: list[int], predicted: list[int], name: int) -> float:
    return ratio(sum(t == p == name for t, p in zip(true, predicted, strict=True)), predicted.count(name))


def f1_of(true: list[int], predicted: list[int], name: int) -> float:
    hits = sum(t == p == name for t, p in zip(true, predicted, strict=True))
    return ratio(2 * hits, true.count(name) + predicted.count(name))


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


SLOW: dict[str, Callable[[list[int], list[int], int], float]] = {
    "accuracy": lambda true, predicted, classes: mean([float(t == p) for t, p in zip(true, predicted, strict=True)]),
    "precision": lambda true, predicted, classes: precision_of(true, predicted, 1),
    "recall": lambda true, predicted, classes: recall_of(true, predicted, 1),
    "f1": lambda true, predicted, classes: f1_of(true, predicted, 1),
    "macro_f1": lambda true, predicted, classes: mean([f1_of(true, predicted, name) for name in range(classes)]),
    "balanced_accuracy": lambda true, predicted, classes: mean(
        [recall_of(true, predicted, name) for name in sorted(set(true))]
    ),
}


def pairs(classes: int) -> st.SearchStrategy[Pair]:
    label = st.integers(0, classes - 1)
    return st.lists(st.tuples(label, label), min_size=1, max_size=30).map(
        lambda rows: ([row[0] for row in rows], [row[1] for row in rows])
    )


def test_every_metric_has_a_slow_version_here() -> None:
    assert SLOW.keys() == CLASSIFICATION.keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("name", CLASSIFICATION)
@given(st.data())
def test_a_metric_is_what_its_definition_says(name: str, data: st.DataObject) -> None:
    classes = 2 if CLASSIFICATION[name].binary else data.draw(st.integers(2, 5))
    true, predicted = data.draw(pairs(classes))
    value = FUNCTIONS[name](np.array(true), np.array(predicted), classes)
    assert type(value) is float
    assert value == pytest.approx(SLOW[name](true, predicted, classes), abs=1e-12)
    assert 0 <= value <= 1


@pytest.mark.parametrize("name", CLASSIFICATION)
def test_a_metric_keeps_the_contract(name: str) -> None:
    function, info = FUNCTIONS[name], CLASSIFICATION[name]
    true = np.array([0, 1, 1, 0, 1, 0, 1, 1])
    wrong = 1 - true
    best, worst = (function(true, true, 2), function(true, wrong, 2))
    assert (best, worst) == ((1.0, 0.0) if info.direction == "maximize" else (0.0, 1.0))
    order = np.random.default_rng(0).permutation(len(true))
    predicted = np.array([0, 1, 0, 0, 1, 1, 1, 0])
    assert function(true[order], predicted[order], 2) == function(true, predicted, 2)
    assert info.title
    assert info.meaning


@pytest.mark.parametrize("name", CLASSIFICATION)
def test_a_constant_answer_gives_a_finite_number_without_a_warning(name: str, recwarn: pytest.WarningsRecorder) -> None:
    for true in ([0, 0, 0], [1, 1, 1], [0, 1, 1]):
        for predicted in ([0, 0, 0], [1, 1, 1]):
            assert np.isfinite(FUNCTIONS[name](np.array(true), np.array(predicted), 2))
    assert not recwarn.list


def test_metrics_of_class_1_are_left_out_with_more_classes() -> None:
    true, predicted = np.array([0, 1, 2]), np.array([0, 1, 1])
    assert list(measure(true, predicted, 3)) == [name for name, info in CLASSIFICATION.items() if not info.binary]
    assert list(measure(true[:2], predicted[:2], 2)) == list(CLASSIFICATION)
