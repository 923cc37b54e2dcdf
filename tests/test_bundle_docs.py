"""docs/bundles.md is complete and correct: every field has its line, every example is a valid specification."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from evaluators.kinds.acquisition import AcquisitionSpecification, Market
from evaluators.kinds.acquisition.specification import Seller
from evaluators.kinds.cleaning import CleaningSpecification
from evaluators.kinds.selection import SelectionSpecification
from evaluators.specification import KINDS, PhasePlan, Table, read_text
from evaluators.specification.table import TABLE_SUFFIXES
from tests.evaluators.conftest import ROOT

PAGE = (ROOT / "docs" / "bundles.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
MODELS = [
    SelectionSpecification,
    CleaningSpecification,
    AcquisitionSpecification,
    Market,
    Seller,
    Table,
    PhasePlan,
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_has_a_line(model: type[BaseModel]) -> None:
    lines = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    explained = {name for line in lines for name in re.findall(r"`(\w+)`", line)}
    # A seller's fields are all named in the row of ``sellers``.
    inside = set(re.findall(r"`(\w+)`", PAGE)) if model is Seller else set()
    assert set(model.model_fields) <= explained | inside


def test_every_kind_has_an_example_that_is_valid() -> None:
    assert [read_text(example.encode()).kind for example in EXAMPLES] == list(KINDS)


def test_every_format_of_tables_has_a_line() -> None:
    assert set(re.findall(r"^\| `(\.\w+)` \|", PAGE, re.MULTILINE)) == set(TABLE_SUFFIXES)
