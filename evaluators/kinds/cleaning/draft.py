"""Drafts a cleaning challenge from the organizer's material."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.cleaning import noise
from evaluators.kinds.cleaning.answers import CleaningAnswers
from evaluators.material.defaults import metric_of, scoring
from evaluators.material.material import Material, Piece, classes_of, labelled, test_and_final
from evaluators.material.writing import Tables, table
from evaluators.problems.problem import BundleError, Problem, quoted

TRAIN_ROWS = {"rank": 1000, "relabel": 5000}
"""Default number of training rows: to score a ranking, one more model is trained for every wrong label."""

BUDGET = 0.15
FEWEST = 10


def draft_cleaning(material: Material[CleaningAnswers], tables: Tables) -> dict[str, Any]:
    """Write the tables; return the fields of challenge.yaml that only a cleaning challenge has."""
    answers = material.own
    rows = material.parts["rows"]
    is_given = answers.noise == "given" or (answers.noise is None and {"label", "true label"} <= rows.texts.keys())
    true = {part: material.texts(part, "true label", "label") for part in material.parts}
    noisy = material.texts("rows", "label") if is_given else None
    if is_given:
        material.texts("rows", "true label")
    material.classes = classes_of(material, [*true.values(), *([noisy] if noisy else [])])
    candidates = labelled(material, material.all_of("rows"), true["rows"])
    if noisy:
        candidates = labelled(material, candidates, noisy)
    test, final, rest = test_and_final(material, candidates, true)
    validation, rest = _validation(material, rest, true)
    train = _train(material, rest, true["rows"])
    labels = noisy if noisy else _planted(material, train, true["rows"])
    _some_are_wrong(train, labels, true["rows"])
    _nothing_tells(material, train, true["rows"])
    content: dict[str, Any] = {"action": answers.action, "classes": material.classes, "reveal": answers.reveal}
    content["train"] = table(tables.write("public/train.parquet", train, label=labels), label="label")
    truth = tables.write("hidden/truth.parquet", train, vectors=False, label=true["rows"])
    content["truth"] = table(truth, embedding=None, label="label")
    if validation is not None:
        file = tables.write("public/validation.parquet", validation, label=true[validation.part])
        content["validation"] = table(file, label="label")
    for name, piece in (("test", test), ("final", final)):
        if piece is not None:
            file = tables.write(f"hidden/{name}.parquet", piece, label=true[piece.part])
            content[name] = table(file, label="label")
    content["tasks"] = [task.model_dump(exclude_defaults=True) for task in material.answers.tasks.tasks] or [
        {"name": "main"}
    ]
    if answers.action == "relabel":
        content["budget"] = answers.budget or max(1, round(BUDGET * len(train)))
        _affordable(content["budget"], len(train))
    fixed = "fraction_fixes" if answers.action == "rank" else None
    return content | scoring(material.answers, metric_of(fixed, true["rows"]))


def _affordable(budget: int, rows: int) -> None:
    if budget > rows:
        words = f"the budget is {budget} labels, and there are {rows}"
        raise BundleError(Problem(f"{words}.", "Choose a smaller budget.", field="cleaning.budget"))


def _validation(
    material: Material[CleaningAnswers], rest: Piece, true: dict[str, list[str]]
) -> tuple[Piece | None, Piece]:
    if "validation" in material.parts:
        return labelled(material, material.all_of("validation"), true["validation"]), rest
    wanted = material.own.validation_rows
    if wanted == 0:
        return None, rest
    validation, rest = material.carve(rest, true["rows"], wanted, 3, "cleaning.validation_rows")
    material.record("validation", validation, true["rows"])
    return validation, rest


def _train(material: Material[CleaningAnswers], rest: Piece, true: list[str]) -> Piece:
    answers = material.own
    wanted = answers.train_rows or TRAIN_ROWS[answers.action]
    if answers.train_rows is not None and wanted > len(rest):
        words = f"{wanted} rows are to be cleaned, and {len(rest)} are left beside the test set"
        raise BundleError(Problem(f"{words}.", "Choose fewer.", field="cleaning.train_rows"))
    train = rest
    if wanted < len(rest):
        train, others = material.carve(rest, true, wanted, 4, "cleaning.train_rows", together=False)
        material.notes.append(f"{len(others)} rows are left out: {len(train)} are to be cleaned.")
    if len(train) < FEWEST:
        words = f"{len(train)} rows are left to be cleaned"
        raise BundleError(Problem(f"{words}.", f"At least {FEWEST} are needed.", field="split.test_share"))
    material.record("train", train, true)
    return train


def _planted(material: Material[CleaningAnswers], train: Piece, true: list[str]) -> list[str]:
    """Labels indexed by the row in the input table; the training rows include the planted errors."""
    answers, classes = material.own, material.classes
    number_of = {name: number for number, name in enumerate(classes)}
    numbers = np.array([number_of[true[row]] for row in train.index.tolist()], np.int64)
    if answers.pattern == "confusion":
        unknown = next((name for name in _named(answers.confusion) if name not in number_of), None)
        if unknown is not None:
            words = f"{quoted(unknown)} is not one of the classes"
            raise BundleError(Problem(f"{words}.", field="cleaning.confusion"))
        confusion = noise.given(answers.confusion, classes)
    elif answers.pattern == "similar":
        confusion = noise.similar(_means(material, train, numbers), answers.rate)
    else:
        confusion = noise.uniform(len(classes), answers.rate)
    wrong = noise.planted(numbers, confusion, np.random.default_rng((answers.noise_seed, 0)))
    labels = list(true)
    for row, number in zip(train.index.tolist(), wrong.tolist(), strict=True):
        labels[row] = classes[number]
    material.split["noise"] = {
        "pattern": answers.pattern,
        "seed": answers.noise_seed,
        "wrong": int((wrong != numbers).sum()),
    }
    return labels


def _named(confusion: dict[str, dict[str, float]]) -> list[str]:
    return [name for key, others in confusion.items() for name in (key, *others)]


def _means(material: Material[CleaningAnswers], train: Piece, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    """The mean embedding of each class, (classes, dimensions); for a class without rows, the mean of all rows."""
    vectors = material.parts["rows"].vectors
    sums = np.zeros((len(material.classes), vectors.dimensions))
    first = 0
    for block in vectors.blocks(train.index):
        np.add.at(sums, numbers[first : first + len(block)], block.astype(np.float64))
        first += len(block)
    counts = np.bincount(numbers, minlength=len(sums))[:, None]
    means: NDArray[np.float64] = np.where(counts > 0, sums / np.maximum(counts, 1), sums.sum(axis=0) / len(numbers))
    return means


def _some_are_wrong(train: Piece, labels: list[str], true: list[str]) -> None:
    wrong = sum(labels[row] != true[row] for row in train.index.tolist())
    if wrong == 0:
        remedy = "Look whether the two columns of labels are mixed up, or plant more wrong ones."
        raise BundleError(Problem("no label is wrong: there is nothing to clean.", remedy, field="cleaning.noise"))


def _nothing_tells(material: Material[CleaningAnswers], train: Piece, true: list[str]) -> None:
    """Refuse a displayed text column that merely repeats the hidden true label."""
    for name, values in material.parts["rows"].shown.items():
        if sum(values[row] == true[row] for row in train.index.tolist()) > 0.9 * len(train):
            remedy = "Leave it out: the true labels are hidden."
            raise BundleError(Problem(f"the text {quoted(name)} is the true label.", remedy, field="files.columns"))
    ids = material.ids["rows"]
    if sum(true[row].lower() in ids[row].lower() for row in train.index.tolist()) > 0.9 * len(train):
        material.notes.append("The ids hold the true labels, where participants will read them: let new ids be made.")
