"""The shared kernel and regression against scikit-learn's ``VotingClassifier``, trained from scratch for every seed."""

from __future__ import annotations

import tracemalloc
import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from evaluators.learning.models import keyword_vote
from evaluators.learning.models.keyword_vote import KeywordVote, scale, training_kernel

SEEDS = [5, 69, 98]
Array = NDArray[Any]


def plain(train: Array, classes: Array, test: Array, seed: int) -> Array:
    """The plain, slow version."""
    model = VotingClassifier(
        [("svm", SVC(probability=True, random_state=seed)), ("lr", LogisticRegression(random_state=seed))],
        voting="soft",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(model.fit(train, classes).predict(test))


def sounds(seed: int, rows: int, classes: int, *, dimensions: int = 40, spread: float = 3.0) -> tuple[Array, Array]:
    """Overlapping classes, so that some predictions are close."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(classes, dimensions))
    labels = np.sort(generator.integers(classes, size=rows))
    vectors = centres[labels] + spread * generator.normal(size=(rows, dimensions))
    return vectors.astype(np.float32), labels


@pytest.mark.parametrize("classes", [2, 6])
@pytest.mark.parametrize("floats", [np.float32, np.float64])
def test_every_seed_answers_as_the_voting_classifier(floats: type, classes: int) -> None:
    train, labels = sounds(classes, 40, classes)
    test, _ = sounds(classes, 300, classes, spread=6.0)
    train, test = train.astype(floats), test.astype(floats)
    predicted = KeywordVote().fit_predict(train, labels, test, seeds=SEEDS)
    for seed, answers in zip(SEEDS, predicted, strict=True):
        assert np.array_equal(answers, plain(train, labels, test, seed))


def test_some_answers_hang_on_the_seed() -> None:
    """Otherwise the test above could not tell one shared support vector machine from one per seed."""
    train, labels = sounds(6, 40, 6)
    test, _ = sounds(6, 300, 6, spread=6.0)
    first, *others = KeywordVote().fit_predict(train, labels, test, seeds=SEEDS)
    assert any(not np.array_equal(first, other) for other in others)


@pytest.mark.parametrize("case", ["rows repeated", "one row of a class", "classes with gaps", "all rows equal"])
def test_odd_training_sets(case: str) -> None:
    train, labels = sounds(1, 30, 3)
    test, _ = sounds(1, 100, 3, spread=6.0)
    if case == "rows repeated":
        train, labels = np.repeat(train, 2, axis=0), np.repeat(labels, 2)
    elif case == "one row of a class":
        train, labels = np.vstack([train, train[:1] + 1]), np.append(labels, 3)
    elif case == "classes with gaps":
        labels = labels * 2 + 1
    else:
        train = np.ones_like(train)
    predicted = KeywordVote().fit_predict(train, labels, test, seeds=SEEDS)
    for seed, answers in zip(SEEDS, predicted, strict=True):
        assert np.array_equal(answers, plain(train, labels, test, seed))


def test_the_kernel_trains_the_same_machine() -> None:
    train, labels = sounds(3, 25, 4)
    base = train.astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        usual = SVC().fit(train, labels)
        shared = SVC(kernel="precomputed").fit(training_kernel(base, scale(base)), labels)
    assert scale(base) == usual._gamma
    assert np.array_equal(shared.support_, usual.support_)
    assert np.array_equal(shared.dual_coef_, usual.dual_coef_)
    assert np.array_equal(shared.intercept_, usual.intercept_)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    train, labels = sounds(2, 30, 3)
    test, _ = sounds(2, 101, 3, spread=6.0)
    whole = KeywordVote().fit_predict(train, labels, test, seeds=SEEDS)
    monkeypatch.setattr(keyword_vote, "CHUNK_ROWS", 10)
    for one, other in zip(whole, KeywordVote().fit_predict(train, labels, test, seeds=SEEDS), strict=True):
        assert np.array_equal(one, other)


def test_the_test_rows_are_never_widened_whole() -> None:
    train, labels = sounds(0, 20, 3, dimensions=512)
    test = np.zeros((20_000, 512), np.float32)
    tracemalloc.start()
    try:
        KeywordVote().fit_predict(train, labels, test, seeds=[0])
        assert tracemalloc.get_traced_memory()[1] < test.nbytes
    finally:
        tracemalloc.stop()


def test_the_deprecation_of_probability_is_silent_and_nothing_else() -> None:
    train, labels = sounds(0, 20, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        KeywordVote().fit_predict(train, labels, train, seeds=[0])
