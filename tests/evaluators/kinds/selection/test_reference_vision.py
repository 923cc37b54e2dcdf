"""DataPerf's vision selection, quirks included, against a plain offline evaluator; and the corrected scorer."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from evaluators.bundles.importers import vision_selection
from evaluators.datasets.prepared import PreparedDataset
from evaluators.datasets.preparing import prepare
from evaluators.kinds.selection.reference_vision_scoring import measures
from evaluators.problems.problem import SubmissionError
from evaluators.scoring.checking import check
from evaluators.scoring.score import score
from evaluators.submissions.uploads import Upload
from tests.dataperf_selection import CONCEPTS, image, public_vision, vision_csv, vision_rows

Rows = list[tuple[str, object]]
Change = Callable[[Rows], Rows]


@pytest.fixture(scope="module")
def rows(vision_source: Path) -> dict[str, Rows]:
    """A valid choice for each concept, not in the order of the pool."""
    return {concept: vision_rows(vision_source, concept, range(60, 20, -1)) for concept in CONCEPTS}


def files(rows: dict[str, Rows]) -> list[Upload]:
    return [Upload(f"{concept}.csv", vision_csv(chosen)) for concept, chosen in rows.items()]


def refused(dataset: PreparedDataset, uploads: list[Upload], scorer: str) -> str:
    with pytest.raises(SubmissionError) as caught:
        score(dataset, uploads, scorer=scorer)
    return str(caught.value)


def twice(rows: Rows) -> Rows:
    return [*rows, *rows[:7], rows[0]]


def with_unknown(rows: Rows) -> Rows:
    return [(image(999), 1), *rows, (image(998), 0)]


def one_foreign(rows: Rows) -> Rows:
    return [(rows[0][0], "1.0"), *rows[1:]]


def relabelled_copy(rows: Rows) -> Rows:
    return [*rows, (rows[0][0], 1 - int(str(rows[0][1])))]


QUIRKS = {
    "unknown ids are dropped": (with_unknown, "is not in the pool"),
    "duplicates are kept": (twice, "is already chosen in line 2"),
    "duplicates may disagree": (relabelled_copy, "is already chosen in line 2"),
    "1.0 is a third class": (one_foreign, "'1.0' is not a label"),
}


@pytest.mark.parametrize("quirk", [None, *QUIRKS])
def test_the_reference_gives_the_public_numbers(
    quirk: str | None, rows: dict[str, Rows], vision: PreparedDataset, vision_source: Path
) -> None:
    chosen = {concept: QUIRKS[quirk][0](found) if quirk else found for concept, found in rows.items()}
    result = score(vision, files(chosen), scorer="reference")
    for concept in CONCEPTS:
        assert result.tasks[concept] == pytest.approx(public_vision(vision_source, concept, chosen[concept]), abs=1e-12)


@pytest.mark.parametrize("quirk", QUIRKS)
def test_each_quirk_is_refused_by_the_corrected_scorer(
    quirk: str, rows: dict[str, Rows], vision: PreparedDataset
) -> None:
    change, said = QUIRKS[quirk]
    found = refused(vision, files(rows | {"Cupcake": change(rows["Cupcake"])}), "corrected")
    assert found.startswith("Cupcake.csv, line ")
    assert said in found


def test_only_the_reference_lets_the_budget_be_exceeded(
    vision_source: Path, rows: dict[str, Rows], tmp_path: Path
) -> None:
    vision_selection.import_bundle(vision_source, tmp_path / "bundle")
    specification = tmp_path / "bundle/challenge.yaml"
    specification.write_text(specification.read_text().replace("budget: 1000", "budget: 39"))
    dataset = PreparedDataset.open(prepare(tmp_path / "bundle", tmp_path / "store"))
    expected = public_vision(vision_source, "Cupcake", rows["Cupcake"])
    assert score(dataset, files(rows), scorer="reference").tasks["Cupcake"] == pytest.approx(expected, abs=1e-12)
    assert refused(dataset, files(rows), "corrected").splitlines() == [
        f"{concept}.csv, line 41: the task '{concept}' has 40 rows, the budget is 39. Remove 1." for concept in CONCEPTS
    ]


def test_where_the_offline_evaluator_ends_without_a_score_the_third_label_is_wrong(
    rows: dict[str, Rows], vision: PreparedDataset, vision_source: Path
) -> None:
    foreign: Rows = [(name, "1.0" if label else label) for name, label in rows["Hawk"]]
    foreign[0] = (foreign[0][0], 1)
    with pytest.raises(ValueError, match="multiclass"):
        public_vision(vision_source, "Hawk", foreign)
    uploads = files(rows | {"Hawk": foreign})
    assert (
        check(vision, uploads, scorer="reference")
        .lines[1]
        .endswith("other labels); where the model answers another label than 0 and 1, it counts as wrong")
    )
    found = score(vision, uploads, scorer="reference").tasks["Hawk"]
    assert 0 < found["accuracy"] < score(vision, files(rows), scorer="reference").tasks["Hawk"]["accuracy"]


def test_labels_among_which_is_neither_0_nor_1_are_refused_before_scoring(
    rows: dict[str, Rows], vision: PreparedDataset
) -> None:
    as_floats: Rows = [(name, f"{label}.0") for name, label in rows["Hawk"]]
    with pytest.raises(SubmissionError) as caught:
        check(vision, files(rows | {"Hawk": as_floats}), scorer="reference")
    assert str(caught.value) == (
        "Hawk.csv, field 'label': no row has the label 0 or 1 but '0.0', '1.0', so every answer would be wrong. Write "
        "every label as 0 or 1."
    )


@pytest.mark.parametrize("foreign", ["", "-1", "0.0", "2", "\U0001f34e", "1" * 100])
def test_a_third_class_takes_the_place_that_its_text_has_among_the_others(foreign: str) -> None:
    """The order of the classes affects even the model's weights; in this case it never predicts the third class."""
    generator = np.random.default_rng(0)
    train, test = generator.normal(size=(60, 8)), generator.normal(size=(200, 8))
    labels = [str(int(value > 0)) for value in train[:, 0]]
    train[7], labels[7] = 100.0, foreign
    truth = [str(int(value > 0)) for value in test[:, 0]]
    predicted = LogisticRegression(random_state=0).fit(train, np.array(labels)).predict(test)
    assert set(predicted) == {"0", "1"}
    assert measures(train, labels, test, truth) == {
        "accuracy": accuracy_score(truth, predicted),
        "recall": recall_score(truth, predicted, pos_label="1"),
        "precision": precision_score(truth, predicted, pos_label="1"),
        "f1": f1_score(truth, predicted, pos_label="1"),
    }


def test_a_long_label_is_held_once_however_many_rows_have_it() -> None:
    train = np.zeros((3000, 2))
    train[::2] = 1
    labels = ["0", "1" * 30_000] * 1500  # would take 360 MB as an array of texts
    tracemalloc.start()
    assert measures(train, labels, train[1:2] - 1, ["1"])["accuracy"] == 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (vision_csv([(image(999), 1), (image(998), 0)]), "none of the 2 ids is in the pool."),
        (vision_csv([(image(1), 1), (image(2), 1), (image(998), 0)]), "all rows chosen for the task 'Hawk' are of one"),
        (vision_csv([(image(1), 1), (image(2), ""), (image(3), 0)]), "rows without a label: 1."),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused_before_scoring(
    content: bytes, said: str, rows: dict[str, Rows], vision: PreparedDataset
) -> None:
    uploads = [*files({"Cupcake": rows["Cupcake"]}), Upload("Hawk.csv", content)]
    with pytest.raises(SubmissionError) as caught:
        check(vision, uploads, scorer="reference")
    assert said in str(caught.value)


def test_columns_and_blanks_are_read_as_the_public_evaluator_reads_them(
    rows: dict[str, Rows], vision: PreparedDataset, vision_source: Path
) -> None:
    """An extra column does not matter; a label with a blank is a different label, and an id with one is unknown."""
    first, second, *others = rows["Cupcake"]
    blanks: Rows = [(f"{first[0]} ", first[1]), (second[0], f" {second[1]}"), *others]
    lines = [f"{number},{name},{label},x" for number, (name, label) in enumerate(blanks)]
    content = "\n".join([",ImageID,Confidence,note", *lines]).encode()
    uploads = [Upload("Cupcake.csv", content), *files({"Hawk": rows["Hawk"]})]
    expected = public_vision(vision_source, "Cupcake", blanks)
    assert score(vision, uploads, scorer="reference").tasks["Cupcake"] == pytest.approx(expected, abs=1e-12)
    assert refused(vision, uploads, "corrected").startswith("Cupcake.csv, line 1: the column '' is not expected.")


def test_json_says_the_same_as_csv(rows: dict[str, Rows], vision: PreparedDataset) -> None:
    as_json = [
        Upload(f"alpha_train_{concept}.json", json.dumps(dict(chosen)).encode()) for concept, chosen in rows.items()
    ]
    for scorer in ("reference", "corrected"):
        assert score(vision, as_json, scorer=scorer).tasks == score(vision, files(rows), scorer=scorer).tasks


def test_the_check_says_what_the_join_will_drop(rows: dict[str, Rows], vision: PreparedDataset) -> None:
    uploads = files(rows | {"Hawk": with_unknown(rows["Hawk"])})
    ones = sum(label == 1 for _, label in rows["Hawk"])
    assert check(vision, uploads, scorer="reference").lines[1] == (
        f"Hawk: 40 rows ({40 - ones} × 0, {ones} × 1); 2 more not in the pool and left out"
    )


def test_reference_and_corrected_agree_on_a_right_file(rows: dict[str, Rows], vision: PreparedDataset) -> None:
    reference, corrected = (score(vision, files(rows), scorer=name) for name in ("reference", "corrected"))
    assert reference.scorer != corrected.scorer
    for task, metrics in reference.tasks.items():
        assert metrics == pytest.approx({name: corrected.tasks[task][name] for name in metrics}, abs=1e-12)


def test_processes_with_other_threads_and_hashes_give_the_same_bytes(
    rows: dict[str, Rows], vision: PreparedDataset, tmp_path: Path, command_line: Callable[..., Any]
) -> None:
    for upload in files(rows):
        (tmp_path / upload.name).write_bytes(upload.content)
    answers = set()
    for threads, seed in (("1", "1"), ("2", "2")):
        variables = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads) | {"PYTHONHASHSEED": seed}
        done = command_line("score", vision.path, tmp_path, "--json", environment=variables)
        assert done.returncode == 0, done.stderr.decode()
        answers.add(done.stdout)
    assert len(answers) == 1
