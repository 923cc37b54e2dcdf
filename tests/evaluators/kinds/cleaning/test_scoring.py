"""The corrected scorer: it implements the challenge's intent, and submissions cannot influence their target."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.specification import CleaningSpecification
from evaluators.kinds.cleaning.training import TaskData, load
from evaluators.learning.subsampling import subsample
from evaluators.problems.problem import SubmissionError
from evaluators.scoring.score import score
from tests.cleanings import ROWS, WRONG, labels, ranking
from tests.evaluators.kinds.cleaning.conftest import MakeCleaning

Array = NDArray[Any]
BEST = [*WRONG, *(row for row in range(ROWS) if row not in WRONG)]
WORST = BEST[::-1]


def data_of(dataset: PreparedDataset, task: str = "jam") -> TaskData:
    specification = dataset.specification
    assert isinstance(specification, CleaningSpecification)
    return load(dataset, specification.plans[task])


def accuracy(data: TaskData, labels: Array, kept: Array) -> float:
    """Accuracy from scikit-learn, ignoring all earlier models."""
    with threadpool_limits(limits=1):
        model = LogisticRegression().fit(data.train[kept].astype(np.float64), labels[kept])
        return float(np.mean(model.predict(data.test.astype(np.float64)) == data.test_labels))


def test_tables_are_put_together_by_id(ranked: PreparedDataset) -> None:
    data = data_of(ranked)
    assert data.ids[:2] == ["jam-000", "jam-001"]
    assert data.true.tolist() == [row % 3 for row in range(ROWS)]
    assert np.flatnonzero(data.wrong).tolist() == list(WRONG)


@pytest.mark.parametrize("order", [BEST, WORST, list(range(ROWS))], ids=["best", "worst", "as they are"])
def test_a_ranking_gets_what_the_plain_way_gives(ranked: PreparedDataset, order: list[int]) -> None:
    result = score(ranked, [ranking(order)])
    data = data_of(ranked)
    curves = []
    for scores in result.seeds:
        kept = subsample(data.noisy, 0.7, seed=(scores.seed, 0))
        curve = []
        for fixes in range(ROWS + 1):
            mended = data.noisy.copy()
            mended[order[:fixes]] = data.true[order[:fixes]]
            curve.append(accuracy(data, mended, kept))
        target = 0.95 * accuracy(data, data.true, kept)
        assert scores.tasks["jam"] == {
            "fraction_fixes": next(fixes for fixes, value in enumerate(curve) if value >= target) / ROWS,
            "auc": pytest.approx(np.mean(curve), abs=1e-15),
            "accuracy_before": accuracy(data, data.noisy, kept),
            "accuracy_clean": accuracy(data, data.true, kept),
        }
        curves.append(curve)
    # With 30 rows, there is one point per tenth, because a whole curve says which rows were wrong.
    assert result.curves["jam"] == pytest.approx(np.mean(curves, axis=0)[::10].tolist(), abs=1e-15)
    assert result.slices["jam"]["curve"] == {"rows": ROWS, "step": 10}
    assert result.score.value == pytest.approx(
        np.mean([scores.tasks["jam"]["fraction_fixes"] for scores in result.seeds])
    )


def test_finding_the_wrong_labels_first_is_better(ranked: PreparedDataset) -> None:
    best, worst = (score(ranked, [ranking(order)]) for order in (BEST, WORST))
    assert best.score.value < worst.score.value - 0.3
    assert best.tasks["jam"]["auc"] > worst.tasks["jam"]["auc"]
    assert best.tasks["jam"]["accuracy_clean"] == worst.tasks["jam"]["accuracy_clean"]


def test_one_right_row_again_and_again_is_refused(published: PreparedDataset) -> None:
    """The trick that gets 0.0 from the offline evaluator, see ``test_reference``."""
    data = data_of(published, "01g317")
    right = int(np.flatnonzero(~data.wrong)[0])
    with pytest.raises(SubmissionError, match="already named"):
        score(published, [ranking([right] * 40, "01g317")], scorer="corrected")


def test_no_fix_is_counted_where_none_is_needed(make_cleaning: MakeCleaning) -> None:
    assert score(make_cleaning(partial=True, wrong=()), [ranking()]).score.value == 0
    assert score(make_cleaning(partial=True, wrong=(0,)), [ranking(WORST)]).score.value == 0


def test_slices_count_the_errors_found(ranked: PreparedDataset) -> None:
    assert score(ranked, [ranking(BEST)]).slices["jam"] == {
        "errors": {"first 10 %": 3, "first 25 %": 7, "first 50 %": 7, "first 100 %": 7},
        "curve": {"rows": ROWS, "step": 10},
    }
    assert score(ranked, [ranking(WORST)]).slices["jam"]["errors"] == {
        "first 10 %": 0,
        "first 25 %": 0,
        "first 50 %": 0,
        "first 100 %": 7,
    }


MENDED = {"r001": "bread", "r004": "apple", "r007": "drop", "r000": "chair", "r002": "drop"}
"""Rows 1, 4 and 7 are wrong: one is corrected, one gets another wrong label, one is dropped."""


def test_labels_get_what_the_plain_way_gives(relabelled: PreparedDataset) -> None:
    data = data_of(relabelled)
    mended = data.noisy.copy()
    mended[[1, 4, 0]] = [1, 0, 2]
    left = np.array([row for row in range(ROWS) if row not in (7, 2)])
    result = score(relabelled, [labels(**MENDED)])
    for scores in result.seeds:
        kept = left[subsample(mended[left], 0.7, seed=(scores.seed, 0))]
        assert scores.tasks["jam"]["accuracy"] == accuracy(data, mended, kept)
    assert set(result.tasks["jam"]) == {"accuracy", "macro_f1", "balanced_accuracy"}
    assert result.slices["jam"] == {
        "outcomes": {
            "mended": 1,
            "still wrong": 1,
            "errors dropped": 1,
            "spoilt": 1,
            "right dropped": 1,
            "errors left": 4,
        }
    }
    assert result.curves == {}


def test_mending_helps_and_spoiling_does_not(relabelled: PreparedDataset) -> None:
    right = score(relabelled, [labels(r001="bread", r004="bread", r007="bread", r010="bread", r013="bread")])
    wrong = score(relabelled, [labels(r000="bread", r003="bread", r006="bread", r009="bread", r012="bread")])
    assert right.score.value > wrong.score.value


def test_the_truth_is_told_only_where_the_challenge_says_so(make_cleaning: MakeCleaning) -> None:
    told = make_cleaning(action="relabel", reveal="fixes", partial=True)
    assert score(told, [labels(**MENDED)]).slices["jam"]["fixes"] == {
        "jam-000": 0,
        "jam-001": 1,
        "jam-002": 0,
        "jam-004": 1,
        "jam-007": 1,
    }
    told = make_cleaning(reveal="fixes", partial=True)
    slices = score(told, [ranking(WORST)]).slices["jam"]
    assert [row for row in range(ROWS) if slices["fixes"][f"jam-{row:03d}"]] == list(WRONG)
    assert [slices["places"][f"jam-{row:03d}"] for row in WORST] == list(range(ROWS))


def shuffled(order: list[int], seed: int) -> list[int]:
    """Shuffle the ranking within segments that end where errors are counted or where the curve has a point."""
    bounds = [0, 3, 8, 10, 15, 20, ROWS]
    generator = np.random.default_rng(seed)
    pieces = [generator.permutation(order[low:high]).tolist() for low, high in itertools.pairwise(bounds)]
    return [row for piece in pieces for row in piece]


@pytest.mark.parametrize("seed", range(3))
def test_from_counts_nobody_learns_which_labels_were_wrong(ranked: PreparedDataset, seed: int) -> None:
    """Which rows of a segment were wrong changes nothing but the two metrics of the ranking."""
    orders = [list(range(ROWS)), shuffled(list(range(ROWS)), seed)]
    known = []
    for order in orders:
        content = score(ranked, [ranking(order)]).model_dump()
        del content["data"], content["score"]
        for tasks in (content["tasks"], *(scores["tasks"] for scores in content["seeds"])):
            del tasks["jam"]["fraction_fixes"], tasks["jam"]["auc"]
        known.append(content)
    assert known[0] == known[1]


def test_with_fixes_the_whole_curve_is_told(make_cleaning: MakeCleaning) -> None:
    dataset = make_cleaning(reveal="fixes", partial=True)
    result = score(dataset, [ranking(BEST)])
    assert len(result.curves["jam"]) == ROWS + 1
    assert result.tasks["jam"]["auc"] == pytest.approx(np.mean(result.curves["jam"]))
    assert "curve" not in result.slices["jam"]
    told_less = score(make_cleaning(partial=True), [ranking(BEST)])
    assert told_less.seeds == result.seeds
    assert told_less.curves["jam"] == result.curves["jam"][::10]


def test_tasks_are_averaged_and_draw_for_themselves(ranked: PreparedDataset) -> None:
    both = score(ranked, [ranking(BEST), ranking(WORST, "tea")])
    alone = score(ranked, [ranking(WORST, "tea")])
    assert both.tasks["tea"] == alone.tasks["tea"]
    assert both.score.value == np.mean([both.tasks[name]["fraction_fixes"] for name in ("jam", "tea")])
