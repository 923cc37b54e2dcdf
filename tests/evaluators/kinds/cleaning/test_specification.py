"""Invalid cleaning challenges, and tables that do not match each other, are refused with an explanation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from evaluators.datasets.preparing import prepare
from evaluators.kinds.cleaning import specification as module
from evaluators.kinds.cleaning.specification import CleaningSpecification
from evaluators.problems.problem import BundleError
from evaluators.specification.reading import parse_specification
from tests.cleanings import CLASSES, specification, task, write_cleaning

LINEAR = {"name": "linear-adamw"}
TWO = ["0", "1"]
JAM = task("jam")


def changed(table: str, **changes: Any) -> list[dict[str, Any]]:
    """The task ``jam`` with one of its tables changed."""
    return [JAM | {table: JAM[table] | changes}]


@pytest.mark.parametrize("action", ["rank", "relabel"])
def test_a_right_one_is_read(action: str) -> None:
    found = parse_specification(specification(action=action))
    assert isinstance(found, CleaningSpecification)
    assert found.columns == (["id"] if action == "rank" else ["id", "label"])
    assert [plan.budget for plan in found.plans.values()] == [0 if action == "rank" else 6] * 2
    assert found.direction == ("minimize" if action == "rank" else "maximize")
    assert sorted(found.tables()) == [
        f"{role}-{name}" for role in ("test", "train", "truth", "validation") for name in ("jam", "tea")
    ]


def test_tables_may_be_given_for_the_one_task_there_is() -> None:
    tables = {name: value for name, value in JAM.items() if name not in ("name", "title")}
    found = parse_specification(specification(tasks=[{"name": "jam"}], **tables))
    assert isinstance(found, CleaningSpecification)
    assert set(found.tables()) == {"train", "validation", "test", "truth"}
    assert found.plans["jam"].train == "train"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": None}, "classes: the task 'jam' has none"),
        ({"tasks": [JAM | {"truth": None}]}, "truth: the task 'jam' has none"),
        ({"budget": 5}, "budget: a ranking names every row"),
        ({"tasks": [JAM | {"budget": 5}]}, "budget: a ranking names every row"),
        ({"action": "relabel", "budget": None}, "budget: the task 'jam' has none"),
        ({"action": "relabel", "classes": [*CLASSES, "drop"]}, "'drop' takes a row out"),
        ({"metric": "accuracy"}, "accuracy is not a metric of this challenge"),
        ({"action": "relabel", "metric": "auc"}, "auc is not a metric of this challenge"),
        ({"action": "relabel", "metric": "f1"}, "f1 needs two classes"),
        ({"model": LINEAR}, "linear-adamw needs two classes"),
        ({"subsample": 1}, "every seed gives the same score"),
        ({"scorer": "reference"}, "no scorer 'reference'"),
        ({"reference": "dataperf-vision-cleaning", "seeds": [42]}, "ranks the rows of two classes"),
        ({"tasks": changed("train", label=None)}, "train: the columns"),
        ({"tasks": changed("train", id=None)}, "train: the columns"),
        ({"tasks": changed("truth", embedding="embedding")}, "no embeddings"),
        ({"tasks": changed("truth", files=["public/jam-truth.parquet"])}, "test and truth are hidden"),
        ({"tasks": changed("test", files=["public/jam-test.parquet"])}, "test and truth are hidden"),
        ({"tasks": changed("test", label=None)}, "test: the columns"),
        ({"tasks": changed("train", files=["hidden/jam-train.parquet"])}, "train and validation are public"),
        ({"tasks": changed("validation", files=["hidden/v.parquet"])}, "train and validation are public"),
        ({"tasks": [JAM, task("Jam")]}, "a name is used twice"),
    ],
)
def test_one_that_makes_no_sense_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        parse_specification(specification(**changes))


def test_every_row_needs_a_true_label(tmp_path: Path) -> None:
    bundle = write_cleaning(tmp_path / "bundle")
    (bundle / "hidden/tea-truth.parquet").write_bytes((bundle / "hidden/jam-truth.parquet").read_bytes())
    with pytest.raises(BundleError, match="the row 'tea-000' has no true label in 'truth-tea'"):
        prepare(bundle, tmp_path / "store")


def test_a_training_set_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TRAIN_ROWS", 29)
    with pytest.raises(BundleError, match="has 30 rows, more than the 29"):
        prepare(write_cleaning(tmp_path / "bundle"), tmp_path / "store")
