"""Drafts a selection challenge from the organizer's material."""

from __future__ import annotations

from typing import Any

import numpy as np

from evaluators.kinds.selection.answers import SelectionAnswers
from evaluators.material.defaults import metric_of, scoring
from evaluators.material.material import Index, Material, Piece, classes_of, labelled, test_and_final
from evaluators.material.writing import Tables, table
from evaluators.problems.problem import BundleError, Problem, quoted

MAX_GROUPS = 1000


def draft_selection(material: Material[SelectionAnswers], tables: Tables) -> dict[str, Any]:
    """Write the tables; return the fields of challenge.yaml that only a selection challenge has."""
    answers = material.own
    known = answers.labels == "known"
    labels = _labels(material, known=known)
    material.classes = classes_of(material, list(labels.values()))
    everything = material.all_of("rows")
    has_label = np.array([labels["rows"][row] != "" for row in everything.index.tolist()], bool)
    candidates = labelled(material, everything, labels["rows"]) if known else Piece("rows", everything.index[has_label])
    test, final, rest = test_and_final(material, candidates, labels)
    examples, rest = _examples(material, rest, labels)
    pool = rest if known else Piece("rows", np.concatenate([rest.index, everything.index[~has_label]]))
    if not known:
        _nothing_tells(material, pool, labels["rows"])
        pool = Piece("rows", material.generator(5).permutation(pool.index))
    group = _group(material) if known else None
    content: dict[str, Any] = {
        "labels": answers.labels,
        "classes": material.classes,
        "every_class": answers.every_class,
    }
    column = {"label": "label"} if known else {}
    pool_file = tables.write("public/pool.parquet", pool, label=labels["rows"] if known else None, group=group)
    content["pool"] = table(pool_file, **column, **({"group": "group"} if group else {}))
    if examples is not None:
        file = tables.write("public/examples.parquet", examples, label=labels[examples.part])
        content["examples"] = table(file, label="label")
    for name, piece in (("test", test), ("final", final)):
        if piece is not None:
            file = tables.write(f"hidden/{name}.parquet", piece, label=labels[piece.part])
            content[name] = table(file, label="label")
    material.split["parts"]["pool"] = {"rows": len(pool), "classes": None}
    tasks = [task.model_dump(exclude_defaults=True) for task in material.answers.tasks.tasks] or [{"name": "main"}]
    binary = all("positive" in task for task in tasks)
    content |= {"tasks": tasks, "budget": _budget(material, len(pool), binary=binary)}
    return content | scoring(material.answers, metric_of("f1" if binary else None, labels["rows"]), binary=binary)


def _labels(material: Material[SelectionAnswers], *, known: bool) -> dict[str, list[str]]:
    """Labels by input table. With submitted labels, the pool needs none, provided that a test set is given."""
    roles = ("label", "true label")
    rows = material.parts["rows"]
    if not known and not any(role in rows.texts for role in roles) and "test" in material.parts:
        return {
            part: [""] * len(rows) if part == "rows" else material.texts(part, "label", "true label")
            for part in material.parts
        }
    return {part: material.texts(part, "label", "true label") for part in material.parts}


def _examples(
    material: Material[SelectionAnswers], rest: Piece, labels: dict[str, list[str]]
) -> tuple[Piece | None, Piece]:
    answers = material.own
    if "examples" in material.parts:
        return labelled(material, material.all_of("examples"), labels["examples"]), rest
    each = answers.examples_each if answers.examples_each is not None else 5 * (answers.labels == "submitted")
    values = np.array([labels["rows"][row] for row in rest.index.tolist()], object)
    chosen: list[Index] = [np.flatnonzero(values == name)[:each] for name in material.classes]
    places = np.concatenate(chosen)
    if len(places) == 0:
        return None, rest
    if len(places) >= len(rest) and answers.labels == "known":
        words = f"{each} examples of each class would leave no row in the pool"
        raise BundleError(Problem(f"{words}.", "Give fewer.", field="selection.examples_each"))
    taken = np.zeros(len(rest), bool)
    taken[places] = True
    return Piece("rows", rest.index[taken]), Piece("rows", rest.index[~taken])


def _nothing_tells(material: Material[SelectionAnswers], pool: Piece, labels: list[str]) -> None:
    """Refuse a displayed text column that merely repeats the hidden label."""
    rows = [row for row in pool.index.tolist() if labels[row]]
    for name, values in material.parts["rows"].shown.items():
        if rows and sum(values[row] == labels[row] for row in rows) > 0.9 * len(rows):
            remedy = "Leave it out: the labels of the pool are hidden."
            raise BundleError(Problem(f"the text {quoted(name)} is the label.", remedy, field="files.columns"))
    ids = material.ids["rows"]
    telling = sum(labels[row].lower() in ids[row].lower() for row in rows)
    if rows and telling > 0.9 * len(rows):
        material.notes.append("The ids hold the labels, where participants will read them: let new ids be made.")


def _group(material: Material[SelectionAnswers]) -> list[str] | None:
    groups = material.parts["rows"].texts.get("group")
    if groups is not None and len(set(groups)) > MAX_GROUPS:
        material.notes.append(f"There are more than {MAX_GROUPS} groups: choices are not counted by them.")
        return None
    return groups


def _budget(material: Material[SelectionAnswers], pool: int, *, binary: bool) -> int:
    given = material.own.budget
    if pool < 2 or (given is not None and given > pool):
        words = f"the budget is {given or 2} rows, and the pool has {pool}"
        raise BundleError(Problem(f"{words}.", "Choose a smaller budget.", field="selection.budget"))
    classes = 2 if binary else len(material.classes)
    return given or max(2, min(pool // 4, max(20 * classes, min(100, pool // 10)), 100_000))
