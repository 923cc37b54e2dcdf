"""The reference scorers against a plain version of the offline evaluator, and each of its quirks.

The corrected scorer does not have the quirks: both scorers are tested side by side.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition.reading import read, read_reference
from evaluators.kinds.acquisition.reference import draw
from evaluators.kinds.acquisition.scoring import draw as draw_corrected
from evaluators.problems.problem import SubmissionError
from evaluators.scoring.score import score
from tests.evaluators.conftest import ROOT
from tests.evaluators.kinds.acquisition.conftest import MakeMarket, files
from tests.markets import reference_market

BOUGHT = {"tea": "10,30,4", "ink": "3,0,15"}


def plainly(dataset: PreparedDataset, bought: dict[str, str], model: Callable[[], Any]) -> dict[str, dict[str, float]]:
    """The offline evaluator: full matrices with labels in the last column, one global generator, trial by trial."""
    np.random.seed(1111)
    found = {}
    for name, line in bought.items():
        numbers = [int(cell) for cell in line.split(",")]
        buyer = matrix(dataset, f"buyer-{name}")
        sellers = [matrix(dataset, f"seller-{name}-{place}") for place in range(3)]
        cost = accuracy = 0.0
        for _ in range(10):
            cost += sum((60 + 20 * place) * (rows / len(sellers[place])) for place, rows in enumerate(numbers)) / 10
            taken = [
                seller[np.random.choice(len(seller), size=rows, replace=True)]
                for seller, rows in zip(sellers, numbers, strict=True)
            ]
            train = np.concatenate(taken)
            fitted = model().fit(train[:, :-1], train[:, -1])
            accuracy += fitted.score(buyer[:, :-1], buyer[:, -1]) / 10
        found[name] = {"accuracy": accuracy, "cost": cost, "score": 0.98 * accuracy + 0.02 * (100 - cost) / 100}
    return found


def matrix(dataset: PreparedDataset, name: str) -> np.ndarray:
    table = dataset.table(name)
    return np.column_stack([table.embedding, table.labels.astype(float)])


@pytest.mark.parametrize(
    ("scorer", "model"),
    [
        ("reference", lambda: LogisticRegression(random_state=0)),
        ("reference-knn", lambda: KNeighborsClassifier(n_neighbors=9)),
    ],
)
def test_it_is_the_public_evaluators_way(make_market: MakeMarket, scorer: str, model: Callable[[], Any]) -> None:
    dataset = make_market(**reference_market(seeds=list(range(10))))
    result = score(dataset, files(**BOUGHT), scorer=scorer)
    expected = plainly(dataset, BOUGHT, model)
    for name, metrics in expected.items():
        for metric, value in metrics.items():
            assert result.tasks[name][metric] == pytest.approx(value, abs=1e-12)
    mean = np.mean([metrics["score"] for metrics in expected.values()])
    assert result.score.value == pytest.approx(mean, abs=1e-12)
    assert result.scorer.name == scorer


def test_rows_repeat_in_the_reference_alone(published: PreparedDataset) -> None:
    uploads = files(tea="40,0,0", ink="0,0,0")
    drawn = draw(np.random.RandomState(1111), read_reference(published, uploads).purchases[0])[0]
    assert len(set(drawn.tolist())) < 40
    within = read(published, files(tea="20,0,0", ink="0,0,0")).purchases[0]
    assert len(set(draw_corrected(within, seed=(0, 0))[0].tolist())) == 20


def test_the_budget_binds_in_the_corrected_alone(published: PreparedDataset) -> None:
    uploads = files(tea="40,60,20", ink="0,0,0")
    result = score(published, uploads, scorer="reference")
    assert result.tasks["tea"]["cost"] == 240
    left = result.tasks["tea"]["score"] - 0.98 * result.tasks["tea"]["accuracy"]
    assert left == pytest.approx(0.02 * (100 - 240) / 100)
    with pytest.raises(SubmissionError, match="140 too much"):
        score(published, uploads, scorer="corrected")


def test_what_is_bought_first_moves_what_is_drawn_next_in_the_reference_alone(published: PreparedDataset) -> None:
    """One generator serves all markets and trials, so an order in one market changes the draws in another."""

    def accuracies(scorer: str, tea: str) -> list[float]:
        result = score(published, files(tea=tea, ink="3,0,15"), scorer=scorer)
        return [scores.tasks["ink"]["accuracy"] for scores in result.seeds]

    assert accuracies("corrected", "10,0,0") == accuracies("corrected", "10,30,0")
    assert accuracies("reference", "10,0,0") != accuracies("reference", "10,30,0")


def test_seeds_only_number_the_trials_of_the_reference(make_market: MakeMarket) -> None:
    one, other = (make_market(**reference_market(seeds=seeds)) for seeds in ([0, 1, 2], [5, 6, 7]))

    def trials(dataset: PreparedDataset, scorer: str) -> list[float]:
        return [scores.tasks["tea"]["accuracy"] for scores in score(dataset, files(**BOUGHT), scorer=scorer).seeds]

    assert trials(one, "reference") == trials(other, "reference")
    assert trials(one, "corrected") != trials(other, "corrected")


@pytest.mark.parametrize("scorer", ["reference", "reference-knn", "corrected"])
@pytest.mark.parametrize("tea", ["0,0,0", "1,0,0", "2,2,2"])
def test_where_the_public_evaluator_stops_there_is_a_score(published: PreparedDataset, scorer: str, tea: str) -> None:
    """Nothing to learn from, only one class, fewer rows than neighbours."""
    found = score(published, files(tea=tea, ink="3,0,15"), scorer=scorer).tasks["tea"]
    if tea == "0,0,0":
        assert found["accuracy"] == np.mean(published.table("buyer-tea").labels == 0)
    assert 0 <= found["accuracy"] <= 1


@pytest.mark.parametrize("scorer", ["reference", "reference-knn", "corrected"])
def test_processes_with_other_threads_and_hashes_give_the_same_bytes(published: PreparedDataset, scorer: str) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from evaluators.datasets.prepared import PreparedDataset\n"
        "from evaluators.scoring.score import score\n"
        "from evaluators.submissions.uploads import Upload\n"
        "uploads = [Upload('tea.txt', b'10,30,4'), Upload('ink.txt', b'3,0,15')]\n"
        "dataset = PreparedDataset.open(Path(sys.argv[1]))\n"
        "first, second = (score(dataset, uploads, scorer=sys.argv[2]).to_bytes() for _ in range(2))\n"
        "assert first == second\n"
        "sys.stdout.buffer.write(first)\n"
    )
    outputs = set()
    for threads in ("1", "2"):
        variables = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads) | {"PYTHONHASHSEED": threads}
        done = subprocess.run(
            [sys.executable, "-c", code, str(published.path), scorer],
            cwd=ROOT,
            env=os.environ | variables,
            capture_output=True,
            check=True,
            timeout=120,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
