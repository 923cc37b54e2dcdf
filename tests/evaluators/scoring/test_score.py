"""Scoring: the same bytes every time, and the same score as a hand-written scorer."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.learning.metrics.registry import CLASSIFICATION_METRICS
from evaluators.learning.subsampling import subsample
from evaluators.problems.problem import SubmissionError
from evaluators.registry import scorer_of
from evaluators.scoring.result import Result
from evaluators.scoring.score import LIBRARIES, score
from evaluators.submissions.uploads import Upload
from tests.bundles import good_files, write_bundle, write_table
from tests.evaluators.conftest import MakeDataset

Uploads = Callable[..., list[Upload]]
FAMILIES = pytest.mark.parametrize("family", ["known", "submitted"])


@FAMILIES
def test_the_result_says_what_was_done(family: str, request: pytest.FixtureRequest, good_uploads: Uploads) -> None:
    dataset: PreparedDataset = request.getfixturevalue(family)
    uploads = good_uploads(labels=family)
    timings: dict[str, float] = {}
    result = score(dataset, uploads, timings=timings)
    specification = dataset.specification
    names = [task.name for task in specification.tasks]
    assert (result.challenge, result.kind) == ("tiny", "selection")
    assert (result.score.metric, result.score.direction) == (specification.metric, "maximize")
    assert list(result.tasks) == names
    assert [item.seed for item in result.seeds] == specification.seeds
    binary = family == "known"
    assert all(
        set(scores) == {name for name, m in CLASSIFICATION_METRICS.items() if binary or not m.binary}
        for scores in result.tasks.values()
    )
    assert (result.scorer.name, result.scorer.version) == ("corrected", scorer_of(specification).version)
    assert set(result.scorer.libraries) == set(LIBRARIES)
    assert result.data.dataset == dataset.digest
    assert result.data.sources == {source.name: source.sha256 for source in dataset.sources}
    assert result.data.submission == {upload.name: upload.sha256 for upload in uploads}
    assert set(timings) == {"check", "imports", "load", "train"}
    counts = result.slices[names[0]]["selected"]
    assert counts == ({"0": 4, "1": 2} if binary else {"apple": 2, "bread": 2, "chair": 2})


@FAMILIES
def test_means_are_taken_over_seeds_then_over_tasks(
    family: str, request: pytest.FixtureRequest, good_uploads: Uploads
) -> None:
    result = score(request.getfixturevalue(family), good_uploads(labels=family))
    for task, scores in result.tasks.items():
        for metric, value in scores.items():
            assert value == pytest.approx(np.mean([item.tasks[task][metric] for item in result.seeds]), abs=1e-15)
    assert result.score.value == pytest.approx(
        np.mean([scores[result.score.metric] for scores in result.tasks.values()]), abs=1e-15
    )


def test_a_scorer_written_out_by_hand_gives_the_same_value(tmp_path: Path, make_dataset: MakeDataset) -> None:
    """No subsampling and one seed: only the parquet files, scikit-learn and the definition of F1."""
    dataset = make_dataset(subsample=1, seeds=[3], rows=90)
    bundle = tmp_path / "bundle-0"
    pool = {row["id"]: row for row in pq.read_table(bundle / "public/pool.parquet").to_pylist()}
    test = pq.read_table(bundle / "hidden/test.parquet").to_pylist()
    chosen = {"apple": ["pool-033", "pool-001", "pool-070", "pool-011"], "bread": ["pool-004", "pool-002", "pool-010"]}
    values = []
    for task, ids in chosen.items():
        model = LogisticRegression(C=1.0, max_iter=100, random_state=3)
        model.fit([pool[name]["embedding"] for name in ids], [int(pool[name]["label"] == task) for name in ids])
        answers = model.predict([row["embedding"] for row in test])
        pairs = Counter((int(row["label"] == task), int(answer)) for row, answer in zip(test, answers, strict=True))
        values.append(2 * pairs[1, 1] / (2 * pairs[1, 1] + pairs[0, 1] + pairs[1, 0]))
    uploads = [Upload(f"{task}.csv", "\n".join(["id", *ids]).encode()) for task, ids in chosen.items()]
    assert score(dataset, uploads).score.value == pytest.approx(sum(values) / 2, abs=1e-15)
    assert 0 < sum(values) / 2 < 1


def test_submitted_labels_are_what_is_trained_on(tmp_path: Path, make_dataset: MakeDataset) -> None:
    dataset = make_dataset(labels="submitted", subsample=1, seeds=[0])
    bundle = tmp_path / "bundle-0"
    pool = {row["id"]: row["embedding"] for row in pq.read_table(bundle / "public/pool.parquet").to_pylist()}
    test = pq.read_table(bundle / "hidden/test.parquet").to_pylist()
    # Two of the three labels are swapped on purpose.
    chosen = {"pool-000": "bread", "pool-001": "apple", "pool-002": "chair", "pool-003": "bread"}

    def nearest(vector: Any) -> str:
        return chosen[min(chosen, key=lambda name: float(np.sum(np.subtract(pool[name], vector) ** 2)))]

    right = sum(nearest(row["embedding"]) == row["label"] for row in test)
    lines = ["id,label", *(f"{name},{label}" for name, label in chosen.items())]
    assert score(dataset, [Upload("mine.csv", "\n".join(lines).encode())]).score.value == right / len(test)


@pytest.mark.parametrize("floats", ["float16", "float64"])
def test_embeddings_of_other_precision_are_scored(floats: str, tmp_path: Path, good_uploads: Uploads) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    for name in ("public/pool.parquet", "public/examples.parquet", "hidden/test.parquet"):
        rows = pq.read_table(bundle / name).to_pydict()
        write_table(bundle / name, rows["id"], rows["embedding"], rows["label"], floats=floats)
    dataset = PreparedDataset.open(prepare(bundle, tmp_path / "store"))
    assert 0 <= score(dataset, good_uploads()).score.value <= 1


@FAMILIES
def test_the_order_of_files_and_lines_of_windows_do_not_change_the_score(
    family: str, request: pytest.FixtureRequest, good_uploads: Uploads
) -> None:
    dataset = request.getfixturevalue(family)
    uploads = good_uploads(labels=family)
    other = [Upload(item.name, b"\xef\xbb\xbf" + item.content.replace(b"\n", b"\r\n")) for item in reversed(uploads)]
    first, second = score(dataset, uploads), score(dataset, other)
    assert (first.score, first.seeds) == (second.score, second.seeds)


def test_all_tasks_in_one_file_are_the_same_submission(known: PreparedDataset, good_uploads: Uploads) -> None:
    lines = ["task,id"]
    for upload in good_uploads():
        lines += [f"{upload.name.removesuffix('.csv')},{name}" for name in upload.content.decode().split()[1:]]
    joined = score(known, [Upload("all.csv", "\n".join(lines).encode())])
    assert joined.seeds == score(known, good_uploads()).seeds


def test_a_wrong_submission_is_not_scored(known: PreparedDataset) -> None:
    with pytest.raises(SubmissionError):
        score(known, [Upload("apple.csv", b"id\npool-000\n")])


# --- the same bytes


@FAMILIES
def test_two_runs_give_the_same_bytes(family: str, request: pytest.FixtureRequest, good_uploads: Uploads) -> None:
    dataset, uploads = request.getfixturevalue(family), good_uploads(labels=family)
    first, second = (score(dataset, uploads).to_bytes() for _ in range(2))
    assert first == second
    assert Result.model_validate_json(first).to_bytes() == first


def test_processes_with_other_threads_and_hashes_give_the_same_bytes(
    tmp_path: Path, command_line: Callable[..., Any]
) -> None:
    """OpenBLAS and OpenMP split a product differently over two threads; a hash seed reorders sets."""
    bundle = write_bundle(tmp_path / "bundle", rows=600, dimensions=200, budget=200)
    files = tmp_path / "files"
    files.mkdir()
    for name, content in good_files(rows=200).items():
        (files / name).write_bytes(content)
    answers = set()
    for threads, seed in (("1", "1"), ("2", "2")):
        variables = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
        completed = command_line(
            "score",
            bundle,
            files,
            "--json",
            "--store",
            tmp_path / "store",
            environment=variables | {"PYTHONHASHSEED": seed, "HOME": os.fspath(tmp_path)},
        )
        assert completed.returncode == 0, completed.stderr.decode()
        answers.add(completed.stdout)
    assert len(answers) == 1


# --- the subsample


@given(
    classes=st.lists(st.integers(0, 4), min_size=1, max_size=60),
    part=st.floats(0.01, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_subsample_keeps_its_part_of_every_class(classes: list[int], part: float, seed: int) -> None:
    labels = np.array(classes)
    kept = subsample(labels, part, seed=(seed, 0))
    assert np.array_equal(kept, subsample(labels, part, seed=(seed, 0)))
    assert np.array_equal(kept, np.unique(kept))
    expected = {name: int(np.ceil(part * count)) for name, count in Counter(classes).items()}
    assert Counter(labels[kept].tolist()) == expected
    if part == 1:
        assert kept.tolist() == list(range(len(classes)))


def test_seeds_and_tasks_draw_different_rows() -> None:
    classes = np.zeros(1000, np.int64)
    draws = {subsample(classes, 0.5, seed=seed).tobytes() for seed in ((0, 0), (0, 1), (1, 0), (1, 1))}
    assert len(draws) == 4


def test_every_row_is_drawn_about_equally_often() -> None:
    classes = np.array([0] * 10 + [1] * 10)
    drawn = sum(
        (np.bincount(subsample(classes, 0.5, seed=(seed, 0)), minlength=20) for seed in range(400)), np.zeros(20)
    )
    # Expected: 200 of 400, standard deviation 10.
    assert (abs(drawn - 200) < 60).all()


@pytest.mark.parametrize(("part", "rows", "kept"), [(0.07, 100, 7), (0.55, 100, 55), (0.9, 10, 9), (0.9, 11, 10)])
def test_a_part_is_the_decimal_fraction_that_was_written(part: float, rows: int, kept: int) -> None:
    assert len(subsample(np.zeros(rows, np.int64), part, seed=(0, 0))) == kept
