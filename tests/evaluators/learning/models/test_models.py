"""One contract for all fixed models, and nearest neighbours against brute force."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evaluators.learning.models.base import FixedModel
from evaluators.learning.models.nearest_neighbours import BATCH_ROWS, NearestNeighbours, search
from evaluators.learning.models.registry import MODELS
from evaluators.specification.challenge import NAME
from tests.toys.nearest_mean import NearestMean

Array = NDArray[Any]


def blobs(classes: int = 3, rows: int = 30, *, seed: int = 0) -> tuple[Array, Array]:
    generator = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    vectors = generator.normal(size=(rows, 6)).astype(np.float32)
    vectors[np.arange(rows), labels] += 6
    return vectors, labels.astype(np.int64)


def class_count(model: type[FixedModel]) -> int:
    """The number of classes in the contract's data for this model."""
    return 2 if model.binary else 3


ALL = [*MODELS.values(), NearestMean]


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.name)
class TestContract:
    def test_it_learns_what_is_easy(self, model: type[FixedModel]) -> None:
        train, classes = blobs(class_count(model))
        test, truth = blobs(class_count(model), rows=60, seed=1)
        predicted = model().fit_predict(train, classes, test, seeds=[0])[0]
        assert predicted.shape == (60,)
        assert predicted.dtype == np.int64
        assert np.mean(predicted == truth) > 0.95

    @pytest.mark.parametrize("floats", [np.float32, np.float64])
    def test_it_is_deterministic_and_leaves_its_arguments_alone(self, model: type[FixedModel], floats: type) -> None:
        train, classes = blobs(class_count(model))
        train, test = train.astype(floats), blobs(rows=50, seed=1)[0].astype(floats)
        before = (train.copy(), classes.copy(), test.copy())
        answers = [model().fit_predict(train, classes, test, seeds=[7])[0] for _ in range(2)]
        assert np.array_equal(*answers)
        assert all(np.array_equal(*pair) for pair in zip(before, (train, classes, test), strict=True))

    @pytest.mark.parametrize("rows", [1, 5])
    def test_one_class_is_always_answered(self, model: type[FixedModel], rows: int) -> None:
        train, _ = blobs(rows=rows)
        last = class_count(model) - 1
        predicted = model().fit_predict(train, np.full(rows, last), blobs(rows=10)[0], seeds=[0])[0]
        assert predicted.tolist() == [last] * 10

    def test_what_it_reads_may_be_read_only(self, model: type[FixedModel]) -> None:
        train, classes = blobs(class_count(model))
        for array in (train, classes):
            array.flags.writeable = False
        model().fit_predict(train, classes, train, seeds=[0])[0]

    def test_an_unknown_parameter_is_refused(self, model: type[FixedModel]) -> None:
        with pytest.raises(ValueError, match="unknown_parameter"):
            model(unknown_parameter=1)

    def test_it_says_what_it_is(self, model: type[FixedModel]) -> None:
        assert re.fullmatch(NAME, model.name)
        assert model.title
        assert model.meaning.endswith(".")
        assert model.method
        for info in model.model_fields.values():
            assert not info.is_required()
            assert info.title
            assert info.description
            assert info.description.endswith(".")


@pytest.mark.parametrize("model", [model for model in ALL if not model.binary], ids=lambda model: model.name)
def test_classes_that_were_not_shown_are_never_answered(model: type[FixedModel]) -> None:
    train, classes = blobs()
    kept = classes != 1
    predicted = model().fit_predict(train[kept], classes[kept], train, seeds=[0])[0]
    assert set(predicted.tolist()) == {0, 2}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("logistic-regression", {"C": 0}),
        ("logistic-regression", {"C": -1.0}),
        ("logistic-regression", {"C": float("nan")}),
        ("logistic-regression", {"max_iter": 0}),
        ("logistic-regression", {"max_iter": 10_001}),
        ("nearest-neighbours", {"k": 0}),
        ("nearest-neighbours", {"k": 1001}),
    ],
)
def test_a_parameter_out_of_range_is_refused(name: str, parameters: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(parameters))):
        MODELS[name](**parameters)


def test_balanced_weights_find_the_rare_class() -> None:
    generator = np.random.default_rng(0)
    train = generator.normal(size=(200, 3))
    classes = (np.arange(200) >= 195).astype(np.int64)
    train[classes == 1] += 1.5
    plain, balanced = (
        MODELS["logistic-regression"](balanced=value).fit_predict(train, classes, train, seeds=[0])[0]
        for value in (False, True)
    )
    assert balanced.sum() > plain.sum()


# Small whole numbers: sums of their squares are exact, so ties are ties in both versions.
GRID = st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=12)


def vote_by_hand(train: list[Any], classes: list[int], query: Any, k: int, order: list[int]) -> int:
    """Among the first k rows of ``order``: most votes, then smallest sum of squares, then smallest class."""
    squares = [sum((a - b) ** 2 for a, b in zip(row, query, strict=True)) for row in train]
    nearest = order[:k]
    votes = {name: [squares[row] for row in nearest if classes[row] == name] for name in {classes[r] for r in nearest}}
    return min(votes, key=lambda name: (-len(votes[name]), sum(votes[name]), name))


@settings(max_examples=60, deadline=None)
@given(GRID, GRID, st.integers(1, 6), st.data())
def test_neighbours_are_those_of_brute_force(train: list[Any], queries: list[Any], k: int, data: st.DataObject) -> None:
    classes = data.draw(st.lists(st.integers(0, 3), min_size=len(train), max_size=len(train)))
    base, wanted = np.array(train, np.float32), np.array(queries, np.float32)
    k_used = min(k, len(train))
    distances, found = search(base, wanted, k_used)
    predicted = NearestNeighbours(k=k).fit_predict(base, np.array(classes), wanted, seeds=[0])[0]
    for number, query in enumerate(queries):
        squares = [sum((a - b) ** 2 for a, b in zip(row, query, strict=True)) for row in train]
        assert distances[number].tolist() == sorted(squares)[:k_used]
        assert [squares[row] for row in found[number]] == distances[number].tolist()
        assert len(set(found[number].tolist())) == k_used
        # The index decides which of several equally near rows is the k-th; the vote among the k is ours to test.
        assert predicted[number] == vote_by_hand(train, classes, query, k_used, found[number].tolist())


def test_ties_go_to_the_nearer_then_to_the_smaller_class() -> None:
    model = NearestNeighbours(k=2)
    train = np.array([[1.0], [-2.0]], np.float32)
    assert model.fit_predict(train, np.array([1, 0]), np.array([[0.0]]), seeds=[0])[0].tolist() == [1]
    train = np.array([[1.0], [-1.0]], np.float32)
    assert model.fit_predict(train, np.array([3, 2]), np.array([[0.0]]), seeds=[0])[0].tolist() == [2]


def test_queries_in_several_batches_are_answered_in_order() -> None:
    base = np.arange(10, dtype=np.float32)[:, None]
    queries = np.tile(base, (BATCH_ROWS // 4, 1))
    assert np.array_equal(search(base, queries, 1)[1][:, 0], np.tile(np.arange(10), BATCH_ROWS // 4))


def test_more_neighbours_than_rows_means_all_of_them() -> None:
    train = np.array([[0.0], [1.0], [2.0]], np.float32)
    predicted = NearestNeighbours(k=1000).fit_predict(train, np.array([1, 0, 0]), np.array([[0.0]]), seeds=[0])[0]
    assert predicted.tolist() == [0]


def imported_inside(model: type[FixedModel]) -> set[str]:
    """The packages that the functions of the model's module import."""
    module = ast.parse(inspect.getsource(sys.modules[model.__module__]))
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    found = {inner for function in functions for inner in ast.walk(function)}
    names = {node.module or "" for node in found if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in found if isinstance(node, ast.Import) for alias in node.names}
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.name)
def test_a_model_names_the_libraries_that_it_computes_with(model: type[FixedModel]) -> None:
    assert imported_inside(model) == {name.partition(".")[0] for name in model.libraries}


def test_the_libraries_of_all_models_are_loaded_before_they_are_limited_to_one_thread() -> None:
    from evaluators.learning import threads  # noqa: PLC0415, F401 - so that it is this that loads them

    assert {name for model in MODELS.values() for name in model.libraries} <= sys.modules.keys()
