"""Drafts a pruning challenge from the organizer's material."""

from __future__ import annotations

from typing import Any

from evaluators.kinds.pruning.answers import PruningAnswers

from evaluators.material.defaults import metric_of, scoring
from evaluators.material.material import Material, classes_of, labelled, test_and_final
from evaluators.material.writing import Tables, table


def draft_pruning(material: Material[PruningAnswers], tables: Tables) -> dict[str, Any]:
    """Write the tables; return the fields of challenge.yaml that only a pruning challenge has."""
    labels = {part: material.texts(part, "label") for part in material.parts}
    material.classes = classes_of(material, list(labels.values()))
    test, final, train = test_and_final(material, labelled(material, material.all_of("rows"), labels["rows"]), labels)
    content: dict[str, Any] = {"classes": material.classes, "tasks": [{"name": "main"}]}
    for name, folder, piece in (("train", "public", train), ("test", "hidden", test), ("final", "hidden", final)):
        if piece is not None:
            file = tables.write(f"{folder}/{name}.parquet", piece, label=labels[piece.part])
            content[name] = table(file, label="label")
    content["budget"] = material.own.budget or max(1, len(train) // 10)
    return content | scoring(material.answers, metric_of(None, labels["rows"]), subsampled=False) | {"seeds": [0]}
