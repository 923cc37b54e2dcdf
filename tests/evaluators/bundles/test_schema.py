"""The published JSON Schema matches the code, and the bundles that are shipped are valid against it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from evaluators.bundles.schema import FILE
from evaluators.specification.reading import schema_text
from evaluators.specification.yaml_document import read_document
from tests.bundles import specification
from tests.evaluators.conftest import ROOT

SHIPPED = sorted((ROOT / "challenges" / "demo").glob("*/challenge.yaml"))


def test_the_file_in_the_tree_is_current() -> None:
    assert FILE.read_text() == schema_text(), "python -m evaluators.bundles.schema writes it anew"


def test_it_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(FILE.read_text()))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_every_shipped_challenge_keeps_to_it(path: Path) -> None:
    document = read_document(path.read_bytes(), path.name)
    jsonschema.validate(document.content, json.loads(FILE.read_text()))


def test_it_refuses_what_no_challenge_can_be() -> None:
    for change in ({"format": 2}, {"kind": "mending"}, {"budget": 1}, {"script": "mine.py"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(specification(**change), json.loads(FILE.read_text()))
