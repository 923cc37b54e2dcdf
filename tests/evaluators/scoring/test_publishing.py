"""The form of a result for participants: nothing in it lets them guess hidden rows offline."""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import Any

from evaluators.datasets import keyed_digest, new_key
from evaluators.scoring import Result, published

ROWS = 12
HIDDEN = "".join(f"row-{number},{label}\n" for number, label in enumerate("abbabaabbaba"))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def result() -> bytes:
    """A result about twelve hidden labels; its dataset's digest is computed from the file's, as the real one is."""
    labels = sha256(HIDDEN)
    content: dict[str, Any] = {
        "challenge": "tiny",
        "kind": "selection",
        "score": {"value": 0.1, "metric": "f1", "direction": "maximize"},
        "tasks": {"a": {"f1": 0.1}},
        "seeds": [{"seed": 0, "tasks": {"a": {"f1": 0.1}}}],
        "scorer": {"name": "corrected", "version": "1.0.0", "libraries": {"numpy": "2"}},
        "data": {
            "dataset": sha256(labels),
            "sources": {"public/pool.csv": "1" * 64, "hidden/labels.csv": labels},
            "submission": {"a.csv": "2" * 64},
        },
    }
    return Result.model_validate(content).to_bytes()


def guessed(content: bytes) -> list[str]:
    """The attack: every possible labelling whose digest, or the dataset's made of it, stands in the result."""
    text, found = content.decode(), []
    for labels in itertools.product("ab", repeat=ROWS):
        candidate = sha256("".join(f"row-{number},{label}\n" for number, label in enumerate(labels)))
        if candidate in text or sha256(candidate) in text:
            found.append("".join(labels))
    return found


def test_hidden_labels_cannot_be_guessed_from_a_result() -> None:
    assert guessed(result()) == ["abbabaabbaba"]
    assert guessed(published(result(), key=new_key())) == []


def test_only_public_files_are_named() -> None:
    shown = json.loads(published(result(), key=new_key()))
    assert shown["data"]["sources"] == {"public/pool.csv": "1" * 64}
    assert "hidden" not in json.dumps(shown)


def test_everything_else_stays_and_the_form_is_canonical() -> None:
    key = new_key()
    content = published(result(), key=key)
    assert content == published(result(), key=key)
    shown, recorded = json.loads(content), json.loads(result())
    assert shown["data"].pop("dataset") == keyed_digest(recorded["data"].pop("dataset"), key=key)
    shown["data"].pop("sources")
    recorded["data"].pop("sources")
    assert shown == recorded


def test_equal_data_of_two_challenges_cannot_be_recognised() -> None:
    assert published(result(), key=new_key()) != published(result(), key=new_key())
