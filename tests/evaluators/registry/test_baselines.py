"""One contract for all selection baselines: public data only, within the budget, valid, and reproducible by seed."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.registry import kind_named
from evaluators.kinds.selection.baselines import k_medoids, seals
from evaluators.kinds.selection.baselines.k_center import farthest_points
from evaluators.kinds.selection.baselines.k_medoids import medoids
from evaluators.kinds.selection.baselines.problem import Examples, SelectionProblem, problem_of
from evaluators.kinds.selection.baselines.seals import NEIGHBOURS, Neighbourhood
from evaluators.kinds.selection.specification import SelectionSpecification
from evaluators.problems.problem import BundleError
from evaluators.registry import write_baseline
from evaluators.scoring.checking import check
from evaluators.scoring.score import score
from evaluators.submissions.uploads import read_files
from tests.evaluators.conftest import MakeDataset

SELECTION = kind_named("selection").baselines
NAMES = pytest.mark.parametrize("name", SELECTION)
FAMILIES = pytest.mark.parametrize("labels", ["known", "submitted"])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@NAMES
@FAMILIES
class TestContract:
    def test_its_files_pass_the_check_and_fill_the_budget(
        self, name: str, labels: str, make_dataset: MakeDataset, tmp_path: Path
    ) -> None:
        dataset = make_dataset(labels=labels, budget=7)
        written = write_baseline(SELECTION[name], dataset, tmp_path / "out", seed=3)
        assert [path.name for path in written] == [f"{task.name}.csv" for task in dataset.specification.tasks]
        report = check(dataset, read_files([tmp_path / "out"]))
        assert [sum(task.counts.values()) for task in report.tasks] == [7] * len(written)
        score(dataset, read_files([tmp_path / "out"]))

    def test_the_same_seed_gives_the_same_files(
        self, name: str, labels: str, make_dataset: MakeDataset, tmp_path: Path
    ) -> None:
        dataset = make_dataset(labels=labels)
        for number, seed in enumerate((5, 5, 6)):
            write_baseline(SELECTION[name], dataset, tmp_path / str(number), seed=seed)
        assert contents(tmp_path / "0") == contents(tmp_path / "1")
        if name != "neighbours":  # it draws nothing at random
            assert contents(tmp_path / "0") != contents(tmp_path / "2")

    def test_it_sees_nothing_but_public_data(
        self, name: str, labels: str, make_dataset: MakeDataset, tmp_path: Path
    ) -> None:
        dataset = make_dataset(labels=labels)
        write_baseline(SELECTION[name], dataset, tmp_path / "with", seed=1)
        copy = tmp_path / "copy"
        shutil.copytree(dataset.path, copy)
        shutil.rmtree(copy / "tables" / "test")
        write_baseline(SELECTION[name], PreparedDataset.open(copy), tmp_path / "without", seed=1)
        assert contents(tmp_path / "with") == contents(tmp_path / "without")

    def test_a_row_of_every_class_where_the_challenge_asks_for_it(
        self, name: str, labels: str, make_dataset: MakeDataset, tmp_path: Path
    ) -> None:
        three = {"tasks": [{"name": "things"}], "metric": "macro_f1", "every_class": True, "budget": 3}
        dataset = make_dataset(labels=labels, **three)
        for seed in range(4):
            write_baseline(SELECTION[name], dataset, tmp_path / str(seed), seed=seed)
            (report,) = check(dataset, read_files([tmp_path / str(seed)])).tasks
            assert list(report.counts.values()) == [1, 1, 1]

    def test_a_pool_smaller_than_the_budget_is_taken_whole(
        self, name: str, labels: str, make_dataset: MakeDataset, tmp_path: Path
    ) -> None:
        dataset = make_dataset(labels=labels, rows=12, budget=50)
        write_baseline(SELECTION[name], dataset, tmp_path / "out", seed=0)
        assert {sum(task.counts.values()) for task in check(dataset, read_files([tmp_path / "out"])).tasks} == {12}


def first_problem(dataset: PreparedDataset) -> SelectionProblem:
    specification = dataset.specification
    assert isinstance(specification, SelectionSpecification)
    return problem_of(dataset, specification, next(iter(specification.plans.values())))


def test_labels_the_pool_does_not_have_are_those_of_the_nearest_example(submitted: PreparedDataset) -> None:
    problem = first_problem(submitted)
    examples = submitted.table("examples")
    for vector, guess in zip(problem.embedding, problem.classes, strict=True):
        squares = ((np.asarray(examples.embedding, np.float64) - vector) ** 2).sum(axis=1)
        assert examples.labels[squares.argmin()] == guess


def test_the_problem_of_a_binary_task_has_the_classes_0_and_1(known: PreparedDataset) -> None:
    problem = first_problem(known)
    assert np.array_equal(problem.classes, known.table("pool").labels == 0)
    assert problem.examples is not None
    assert problem.examples.classes.tolist() == [1, 0, 0] * 3


def problem(classes: list[int], budget: int, embedding: NDArray[np.float32] | None = None) -> SelectionProblem:
    vectors = np.zeros((len(classes), 1), np.float32) if embedding is None else embedding
    return SelectionProblem(vectors, np.array(classes), None, budget)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(2, 60))
def test_shares_fill_the_budget_as_evenly_as_the_classes_allow(classes: list[int], budget: int) -> None:
    given_problem = problem(classes, budget)
    shares, sizes = given_problem.shares, [len(rows) for rows in given_problem.by_class]
    assert sum(shares) == min(budget, len(classes))
    assert all(share <= size for share, size in zip(shares, sizes, strict=True))
    unfilled = [share for share, size in zip(shares, sizes, strict=True) if share < size]
    # A class with rows left has at most one chosen row less than any other.
    assert all(max(shares) <= share + 1 for share in unfilled)


@given(st.lists(st.integers(0, 1), min_size=2, max_size=12).filter(lambda c: len(set(c)) == 2), st.integers(0, 99))
def test_random_rows_are_different_and_of_two_classes(classes: list[int], seed: int) -> None:
    choose = SELECTION["random"].choose
    rows = choose(problem(classes, 2), np.random.default_rng(seed))
    assert len(set(rows.tolist())) == 2
    assert len({classes[row] for row in rows}) == 2


@NAMES
def test_rows_of_a_pool_of_one_class_are_still_chosen(name: str) -> None:
    examples = Examples(np.zeros((1, 1), np.float32), np.array([1]))
    only = SelectionProblem(np.zeros((5, 1), np.float32), np.ones(5, np.int64), examples, 3)
    assert len(set(SELECTION[name].choose(only, np.random.default_rng(0)).tolist())) == 3


def test_stratified_rows_are_in_equal_shares() -> None:
    classes = [0] * 50 + [1] * 30 + [2] * 2
    rows = SELECTION["stratified"].choose(problem(classes, 20), np.random.default_rng(0))
    assert Counter(classes[row] for row in rows) == {0: 9, 1: 9, 2: 2}
    assert len(set(rows.tolist())) == 20


# Whole numbers, so that float32 and the slow version agree on ties.
POINTS = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=12)


@given(POINTS, st.data())
def test_farthest_points_are_those_of_the_slow_greedy(points: list[tuple[int, int]], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(points) - 1))
    count = data.draw(st.integers(1, len(points)))

    def square(a: int, b: int) -> int:
        return sum((x - y) ** 2 for x, y in zip(points[a], points[b], strict=True))

    chosen = [start]
    while len(chosen) < count:
        left = [row for row in range(len(points)) if row not in chosen]
        chosen.append(max(left, key=lambda row: (min(square(row, other) for other in chosen), -row)))
    assert farthest_points(np.array(points, np.float32), count, start=start).tolist() == chosen


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=3, max_size=8), st.integers(1, 3))
def test_farthest_points_cover_within_twice_the_best_radius(points: list[tuple[int, int]], count: int) -> None:
    vectors = np.array(points, np.float32)

    def radius(centres: tuple[int, ...]) -> float:
        return float(np.sqrt(((vectors[:, None] - vectors[list(centres)]) ** 2).sum(axis=2)).min(axis=1).max())

    best = min(radius(centres) for centres in itertools.combinations(range(len(points)), count))
    assert radius(tuple(farthest_points(vectors, count, start=0).tolist())) <= 2 * best + 1e-5


def test_neighbours_of_examples_are_the_nearest_of_each_class() -> None:
    generator = np.random.default_rng(1)
    vectors = generator.normal(size=(40, 3)).astype(np.float32)
    classes = (np.arange(40) % 4 == 0).astype(np.int64)
    anchors = generator.normal(size=(6, 3)).astype(np.float32)
    examples = Examples(anchors, np.array([1, 0, 1, 0, 1, 0]))
    chosen = (
        SELECTION["neighbours"]
        .choose(SelectionProblem(vectors, classes, examples, 8), np.random.default_rng(0))
        .tolist()
    )
    nearest = ((vectors[:, None] - anchors[examples.classes == 1]) ** 2).sum(axis=2).min(axis=1)
    expected = [
        row for name in (0, 1) for row in sorted(np.flatnonzero(classes == name), key=lambda row: nearest[row])[:4]
    ]
    assert chosen == expected


def test_neighbours_need_examples() -> None:
    with pytest.raises(ValueError, match="no examples"):
        SELECTION["neighbours"].choose(problem([0, 1], 2), np.random.default_rng(0))


def cost(distances: NDArray[np.float64], medoids: Iterable[int]) -> float:
    return float(distances[list(medoids)].min(axis=0).sum())


@settings(max_examples=50)
@given(POINTS, st.data())
def test_no_swap_of_a_medoid_lowers_the_cost(points: list[tuple[int, int]], data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(points)))
    start = data.draw(st.permutations(range(len(points))))[:count]
    vectors = np.array(points, np.float64)
    distances = np.sqrt(((vectors[:, None] - vectors) ** 2).sum(axis=2))
    found = medoids(distances.astype(np.float32), np.array(start)).tolist()
    assert len(set(found)) == count
    reached = cost(distances, found)
    swaps = ({*found} - {old} | {new} for old in found for new in range(len(points)))
    assert all(cost(distances, swapped) >= reached - 1e-4 for swapped in swaps)
    best = min(cost(distances, rows) for rows in itertools.combinations(range(len(points)), count))
    assert reached <= 5 * best + 1e-4  # Arya et al. 2004


def test_medoids_stand_for_their_clusters() -> None:
    generator = np.random.default_rng(0)
    centres = np.repeat([[0, 0], [9, 0], [0, 9]], 20, axis=0)
    vectors = (centres + generator.normal(size=(60, 2))).astype(np.float32)
    chosen = SELECTION["k-medoids"].choose(problem([0] * 60, 3, vectors), generator)
    assert sorted((chosen // 20).tolist()) == [0, 1, 2]


def test_of_a_large_class_a_sample_is_clustered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(k_medoids, "SAMPLE_ROWS", 10)
    vectors = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
    for budget in (8, 40):  # smaller and larger than the sample
        chosen = k_medoids.choose(problem([0, 1] * 50, budget, vectors), np.random.default_rng(1))
        assert len(set(chosen.tolist())) == budget
        assert (chosen % 2).sum() == budget / 2


def test_uncertainty_asks_for_rows_near_the_boundary() -> None:
    line = np.arange(-50, 50, dtype=np.float32)[:, None]
    classes = (line[:, 0] >= 0).astype(int).tolist()
    chosen = SELECTION["uncertainty"].choose(problem(classes, 40, line), np.random.default_rng(0))
    asked = line[chosen[20:], 0]
    assert np.abs(asked).max() < np.abs(line[chosen[:20], 0]).max()
    assert np.median(np.abs(asked)) < 10


@given(st.integers(0, 50), st.booleans())
def test_candidates_of_seals_are_the_nearest_neighbours_of_what_is_labelled(seed: int, with_examples: bool) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(400, 3)).astype(np.float32)
    examples = Examples(vectors[:2] + 1, np.array([0, 1])) if with_examples else None
    neighbourhood = Neighbourhood(SelectionProblem(vectors, np.arange(400) % 2, examples, 10))
    order = generator.permutation(400)
    for count in (1, 3, 4):
        labelled = np.concatenate([vectors[order[:count]], *([examples.embedding] if examples else [])])
        squares = ((labelled[:, None].astype(np.float64) - vectors) ** 2).sum(axis=2)
        expected = np.unique(np.argsort(squares, axis=1)[:, :NEIGHBOURS])
        assert neighbourhood(order[:count]).tolist() == expected.tolist()


def test_seals_asks_for_candidates_alone() -> None:
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(5000, 3)).astype(np.float32)
    given_problem = problem((vectors[:, 0] > 1).astype(int).tolist(), 20, vectors)
    chosen = seals.choose(given_problem, generator)
    for place in range(10, 20):
        assert chosen[place] in Neighbourhood(given_problem)(chosen[:place])


def test_seals_goes_on_when_no_neighbour_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a single neighbour, namely itself, every labelled row is its own neighbourhood."""
    monkeypatch.setattr(seals, "NEIGHBOURS", 1)
    vectors = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
    chosen = seals.choose(problem([0, 1] * 15, 20, vectors), np.random.default_rng(0))
    assert len(set(chosen.tolist())) == 20


def test_examples_of_one_class_are_nothing_to_guess_from(make_dataset: MakeDataset, tmp_path: Path) -> None:
    """As in DataPerf's published vision examples."""
    dataset = make_dataset(labels="submitted", classes=["apple", "bread"])
    labels = dataset.table("examples").path / "labels.npy"
    labels.chmod(0o600)
    np.save(labels, np.zeros(len(dataset.table("examples")), np.int32))
    with pytest.raises(BundleError, match="the examples of the task 'things' are all of one class"):
        write_baseline(SELECTION["random"], dataset, tmp_path / "out", seed=0)
