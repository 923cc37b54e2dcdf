"""The offline evaluator of vision cleaning with its quirks, which the corrected scorer does not have."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.learning.models.linear_adamw import LinearAdamW
from evaluators.scoring.score import score
from evaluators.submissions.uploads import Upload
from tests.cleanings import evaluate_plainly, ranking
from tests.evaluators.conftest import ROOT
from tests.evaluators.kinds.cleaning.test_scoring import data_of

Array = NDArray[Any]
TASK = "01g317"
ROWS = 40


def best(dataset: PreparedDataset) -> list[int]:
    """All wrong labels first."""
    return np.argsort(~data_of(dataset, TASK).wrong, kind="stable").tolist()


def plainly(dataset: PreparedDataset, order: list[int]) -> tuple[float, list[float]]:
    data = data_of(dataset, TASK)

    def measured(labels: Array) -> float:
        predicted = LinearAdamW().fit_predict(data.train, labels, data.test, seeds=[42])[0]
        return float(np.round(np.mean(predicted == data.test_labels), 2))

    return evaluate_plainly(measured, data.noisy, data.true, order)


@settings(max_examples=5)
@given(st.lists(st.integers(0, ROWS - 1), min_size=ROWS, max_size=ROWS) | st.permutations(range(ROWS)))
def test_it_is_the_public_evaluator_written_out(published: PreparedDataset, order: list[int]) -> None:
    fraction, curve = plainly(published, order)
    result = score(published, [ranking(order, TASK)])
    assert result.scorer.name == "reference"
    assert result.tasks[TASK]["fraction_fixes"] == fraction == result.score.value
    assert result.curves[TASK] == curve
    assert result.tasks[TASK]["auc"] == -1


@settings(max_examples=5)
@given(st.lists(st.integers(0, ROWS - 1), min_size=ROWS, max_size=ROWS) | st.permutations(range(ROWS)))
def test_without_curves_the_numbers_are_the_same(published: PreparedDataset, order: list[int]) -> None:
    whole = score(published, [ranking(order, TASK)])
    quick = score(published, [ranking(order, TASK)], curves=False)
    assert quick.curves == {}
    assert quick.model_copy(update={"curves": whole.curves}) == whole


def test_the_target_is_the_submissions_own_last_accuracy(published: PreparedDataset) -> None:
    """One correct row repeated: nothing changes, so the first accuracy already equals the last one."""
    right = int(np.flatnonzero(~data_of(published, TASK).wrong)[0])
    result = score(published, [ranking([right] * ROWS, TASK)])
    assert result.score.value == 0
    assert set(result.curves[TASK]) == {result.tasks[TASK]["accuracy_before"]}


def test_the_accuracy_before_any_fix_is_no_point_of_the_curve_and_one_fix_counts_as_none(
    published: PreparedDataset,
) -> None:
    order = best(published)
    reference = score(published, [ranking(order, TASK)])
    corrected = score(published, [ranking(order, TASK)], scorer="corrected")
    assert len(reference.curves[TASK]) == ROWS
    assert len(corrected.curves[TASK]) == ROWS + 1
    # With 50 test rows, accuracies have two decimals anyway, so the curves differ only in their first point.
    assert corrected.curves[TASK] == [reference.tasks[TASK]["accuracy_before"], *reference.curves[TASK]]
    assert corrected.score.value == reference.score.value + 1 / ROWS > 0
    assert corrected.tasks[TASK]["auc"] == pytest.approx(np.mean(corrected.curves[TASK]))
    assert corrected.tasks[TASK]["accuracy_clean"] == reference.curves[TASK][-1]


def test_other_tasks_may_be_left_out_and_time_is_reported(published: PreparedDataset) -> None:
    order = best(published)
    files = [ranking(order, f"{TASK}_mine"), Upload(f"time_{TASK}_mine.txt", b"4.7e-05")]
    result = score(published, files)
    assert list(result.tasks) == [TASK]
    assert result.slices == {TASK: {"reported": {"seconds": 4.7e-05}}}
    both = score(published, [*files, ranking(range(ROWS), f"{TASK}-flipped_mine")])
    assert both.tasks[TASK] == result.tasks[TASK]
    assert both.score.value == np.mean([task["fraction_fixes"] for task in both.tasks.values()])


def test_another_process_with_other_threads_gives_the_same_bytes(published: PreparedDataset) -> None:
    program = """
import sys
from pathlib import Path
from evaluators.datasets.prepared import PreparedDataset
from evaluators.scoring.score import score
from tests.cleanings import ranking
dataset = PreparedDataset.open(Path(sys.argv[1]))
for scorer in ("reference", "corrected"):
    sys.stdout.buffer.write(score(dataset, [ranking(range(40), "01g317")], scorer=scorer).to_bytes())
"""
    here = b"".join(
        score(published, [ranking(range(ROWS), TASK)], scorer=scorer).to_bytes()
        for scorer in ("reference", "corrected")
    )
    for threads in ("1", "2"):
        environment = os.environ | {"OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        command = [sys.executable, "-c", program, str(published.path)]
        assert subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout == here
