"""One contract for all cleaning baselines, and Shapley values against the sum over all coalitions."""

from __future__ import annotations

import itertools
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.kinds.cleaning.baselines.confident_learning import out_of_fold
from evaluators.kinds.cleaning.baselines.knn_shapley import shapley_values
from evaluators.kinds.cleaning.baselines.neighbour_disagreement import NEIGHBOURS, neighbour_votes
from evaluators.kinds.cleaning.baselines.problem import CleaningProblem, Labelled, problem_of
from evaluators.kinds.cleaning.reading import CleaningSubmission, read
from evaluators.kinds.cleaning.specification import CleaningSpecification
from evaluators.kinds.registry import kind_named
from evaluators.problems.problem import BundleError
from evaluators.registry import write_baseline
from evaluators.scoring.score import score
from evaluators.submissions.uploads import read_files
from tests.cleanings import write_cleaning

INFOS = kind_named("cleaning").baselines
NAMES = pytest.mark.parametrize("name", INFOS)
ACTIONS = pytest.mark.parametrize("action", ["rank", "relabel"])
INFORMED = sorted(set(INFOS) - {"random"})
DEMO = Path(__file__).resolve().parents[4] / "challenges" / "demo"


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PreparedDataset]:
    folder = tmp_path_factory.mktemp("cleanings")
    bundles = {action: write_cleaning(folder / action, action=action) for action in ("rank", "relabel")}
    return {action: PreparedDataset.open(prepare(path, folder / "store")) for action, path in bundles.items()}


def written(name: str, dataset: PreparedDataset, folder: Path, seed: int = 0) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in write_baseline(INFOS[name], dataset, folder, seed=seed)}


@NAMES
@ACTIONS
def test_its_files_pass_the_check(name: str, action: str, datasets: dict[str, PreparedDataset], tmp_path: Path) -> None:
    assert written(name, datasets[action], tmp_path / "out").keys() == {"jam.csv", "tea.csv"}
    submission = read(datasets[action], read_files([tmp_path / "out"]))
    assert isinstance(submission, CleaningSubmission)
    named = [len(task.row_indices) for task in (*submission.rankings, *submission.labels)]
    assert named == [30, 30] if action == "rank" else [6, 6]


@NAMES
@ACTIONS
def test_it_sees_nothing_but_public_data(
    name: str, action: str, datasets: dict[str, PreparedDataset], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(datasets[action].path, copy)
    for table in (copy / "tables").iterdir():
        if table.name.startswith(("test", "truth")):
            shutil.rmtree(table)
    blind = PreparedDataset.open(copy)
    assert written(name, blind, tmp_path / "without") == written(name, datasets[action], tmp_path / "with")


@NAMES
def test_the_same_seed_gives_the_same_files(name: str, datasets: dict[str, PreparedDataset], tmp_path: Path) -> None:
    one, two = (written(name, datasets["rank"], tmp_path / folder, 5) for folder in ("one", "two"))
    assert one == two
    draws = name in ("random", "confident-learning")
    assert (written(name, datasets["rank"], tmp_path / "other", 6) != one) == draws


@pytest.mark.slow
def test_on_a_demo_looking_beats_not_looking(tmp_path: Path) -> None:
    """On the other, whose curves take long, it is a test of the whole demo: ``tests/upgrade/test_demo.py``."""
    dataset = PreparedDataset.open(prepare(DEMO / "mended-digits", tmp_path / "store"))
    scores = {}
    for name in INFOS:
        written(name, dataset, tmp_path / name)
        scores[name] = score(dataset, read_files([tmp_path / name])).score.value
    assert min(scores[name] for name in INFORMED) > scores["random"] + 0.05


def labelled(rows: list[tuple[int, int]]) -> Labelled:
    """Rows on a line, with their classes."""
    return Labelled(np.array([[place] for place, _ in rows], np.float32), np.array([label for _, label in rows]))


def worth(train: Labelled, queries: Labelled, coalition: tuple[int, ...], k: int) -> float:
    """Mean fraction of right labels among the k nearest rows of a coalition; ties go to the first row."""
    total = 0.0
    for query, label in zip(queries.embedding, queries.classes, strict=True):
        near = sorted(coalition, key=lambda row: (abs(float(train.embedding[row, 0] - query[0])), row))[:k]
        total += sum(train.classes[row] == label for row in near) / k
    return total / len(queries.classes)


ROWS = st.lists(st.tuples(st.integers(-4, 4), st.integers(0, 1)), min_size=1, max_size=6)


@given(ROWS, ROWS, st.integers(1, 4))
def test_shapley_values_are_those_of_all_coalitions(train: list[Any], queries: list[Any], k: int) -> None:
    rows, asked = labelled(train), labelled(queries)
    count = len(train)
    expected = np.zeros(count)
    for row in range(count):
        others = [other for other in range(count) if other != row]
        for size in range(count):
            for coalition in itertools.combinations(others, size):
                gain = worth(rows, asked, (*coalition, row), k) - worth(rows, asked, coalition, k)
                expected[row] += gain / (count * math.comb(count - 1, size))
    values = shapley_values(rows, asked, k=k)
    assert values == pytest.approx(expected, abs=1e-9)
    # Efficiency: the values add up to the worth of all rows together.
    assert values.sum() == pytest.approx(worth(rows, asked, tuple(range(count)), k), abs=1e-9)


def test_shapley_values_use_the_validation_rows_where_there_are_any(datasets: dict[str, PreparedDataset]) -> None:
    specification = CleaningSpecification.expect(datasets["rank"].specification)
    problem = problem_of(datasets["rank"], next(iter(specification.plans.values())))
    choose = INFOS["knn-shapley"].choose
    assert problem.validation is not None
    with_them = choose(problem, np.random.default_rng(0))
    assert np.array_equal(-with_them.scores, shapley_values(problem.train, problem.validation, k=5))
    alone = CleaningProblem(problem.train, problem.class_count, None)
    one, other = (choose(alone, np.random.default_rng(seed)).scores for seed in (0, 1))
    assert not np.array_equal(one, other)


def test_a_row_is_no_neighbour_of_its_own_even_among_copies() -> None:
    train = Labelled(np.zeros((NEIGHBOURS + 5, 2), np.float32), np.arange(NEIGHBOURS + 5) % 2)
    votes = neighbour_votes(train, 2)
    assert votes.sum(axis=1).tolist() == [NEIGHBOURS] * len(votes)
    pair = neighbour_votes(labelled([(0, 0), (0, 1)]), 2)
    assert pair.tolist() == [[0, 1], [1, 0]]


def test_probabilities_come_from_other_folds(datasets: dict[str, PreparedDataset]) -> None:
    """A row whose label no other row has cannot be predicted to have it."""
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(20, 3)).astype(np.float32)
    classes = np.arange(20) % 2
    classes[7] = 2
    probabilities = out_of_fold(Labelled(vectors, classes), 3, generator)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert probabilities[7, 2] == 0
    assert (probabilities[:, 2] > 0).any()
    constant = out_of_fold(Labelled(vectors, np.ones(20, int)), 3, generator)
    assert constant.tolist() == [[0, 1, 0]] * 20


def test_one_row_has_no_others_to_learn_from() -> None:
    """A problem of the data, reported as one: a dry run leaves the baseline out instead of failing."""
    with pytest.raises(BundleError, match="one row"):
        out_of_fold(labelled([(0, 1)]), 2, np.random.default_rng(0))
