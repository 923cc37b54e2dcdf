"""Variants of the parity set's submissions that were sent to the site's evaluators, by their names in its scores."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Files = dict[str, bytes]
"""The content of each file by its name."""


def vision_variants(train_sets: Path) -> dict[str, Files]:
    """Other files for Cupcake, as JSON; the other concepts stay as they are."""
    with (train_sets / "Cupcake.csv").open(newline="") as file:
        labels = {row["ImageID"]: int(row["Confidence"]) for row in csv.DictReader(file)}
    unknown = {f"unknown{number:04}": number % 2 for number in range(1001)}
    first = next(iter(labels))
    changed: dict[str, Any] = {
        "labels as 1.0/0.0": {name: float(label) for name, label in labels.items()},
        "labels as true/false": {name: bool(label) for name, label in labels.items()},
        "labels as strings '1'/'0'": {name: str(label) for name, label in labels.items()},
        "reversed order": dict(reversed(labels.items())),
        "with 100 unknown ids": labels | dict(list(unknown.items())[:100]),
        "1001 ids (unknown fillers)": labels | dict(list(unknown.items())[: 1001 - len(labels)]),
        "1000 ids (unknown fillers)": labels | dict(list(unknown.items())[: 1000 - len(labels)]),
        "one label 2": labels | {first: 2},
        "only positives": dict.fromkeys(labels, 1),
        "no id of the pool": unknown if len(labels) > 1000 else dict(list(unknown.items())[: len(labels)]),
        "nested {'Cupcake': {...}}": {"Cupcake": labels},
    }
    others = {path.name: path.read_bytes() for path in train_sets.glob("*.csv") if path.stem != "Cupcake"}
    return {name: others | {"Cupcake.json": _json(content)} for name, content in changed.items()}


def speech_variants(file: Path, task: str) -> dict[str, Files]:
    """Other files for a board. What filled 120 clips up is not known, so only 121 are among them."""
    content = json.loads(file.read_bytes())
    targets, nontargets = content["targets"], content["nontargets"]
    first = next(iter(targets))
    repeated = [nontargets[0]] * (121 - sum(map(len, targets.values())) - len(nontargets))
    changed: dict[str, Any] = {
        "target keys reversed": {"targets": dict(reversed(targets.items()))},
        "first target's first clip three times": {"targets": targets | {first: _thrice(targets[first])}},
        "first nontarget three times": {"nontargets": _thrice(nontargets)},
        "key 'fifty' missing": {"targets": {word: ids for word, ids in targets.items() if word != "fifty"}},
        "'fifty' with empty list": {"targets": targets | {"fifty": []}},
        "no nontargets": {"nontargets": []},
        "121 clips": {"nontargets": [*nontargets, *repeated]},
        "unknown word": {"targets": targets | {"zebra": [nontargets[0]]}},
        "unknown clip": {"targets": targets | {"fifty": [*targets["fifty"], "fifty/unknown.wav"]}},
        "unknown nontarget": {"nontargets": [*nontargets, "unknown/unknown.wav"]},
    }
    return {name: {f"{task}_train.json": _json(content | change)} for name, change in changed.items()}


def _thrice(ids: Sequence[str]) -> list[str]:
    return [ids[0], *ids[:1] * 2, *ids[1:]]


def acquisition_variants(files: Path, market: str, owned: Sequence[int]) -> dict[str, Files]:
    """Other lists for a market; the other markets stay as they are."""
    own = [int(cell) for cell in (files / f"{market}.csv").read_text().split(",")]
    none = [0] * len(own)
    changed = {
        "all rows of seller 0, nothing else": [owned[0], *none[1:]],
        "all but one row of seller 0": [owned[0] - 1, *none[1:]],
        "one more than seller 0 owns": [owned[0] + 1, *none[1:]],
        "negative": [-1, *own[1:]],
        "one number too few": own[:-1],
        "one number too many": [*own, 0],
        "over budget (half of every seller)": [rows // 2 for rows in owned],
        "all zero": none,
    }
    others = {path.name: path.read_bytes() for path in files.glob("*.csv") if path.stem != market}
    return {name: others | {f"{market}.csv": ",".join(map(str, rows)).encode()} for name, rows in changed.items()}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
