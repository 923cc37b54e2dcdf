"""Valid specifications of an acquisition are accepted, invalid ones refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evaluators.datasets.preparing import prepare
from evaluators.problems.problem import BundleError
from evaluators.specification.reading import parse_specification
from tests.markets import market, reference_market, specification, write_market


def changed(**changes: Any) -> dict[str, Any]:
    """The specification with one market and these fields replaced."""
    return specification(tasks=[market("tea") | changes])


def sellers(**changes: Any) -> dict[str, Any]:
    """The specification with these fields of the first seller replaced."""
    tea = market("tea")
    tea["sellers"][0] |= changes
    return specification(tasks=[tea])


HIDDEN = {"files": ["hidden/tea-mill.parquet"], "id": None, "label": "label"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed(budget=0), "greater than 0"),
        (changed(buyer=HIDDEN), "buyer and samples are public"),
        (changed(test=market("tea")["buyer"]), "test rows are hidden"),
        (changed(test=HIDDEN | {"label": None}), "test: the columns of embeddings and labels"),
        (changed(summaries="hidden/tea.json"), "is not public/NAME.json"),
        (changed(summaries="public/tea.parquet"), "is not public/NAME.json"),
        (changed(samples=market("tea")["buyer"]), "samples: the column that names the seller"),
        (changed(sellers=[]), "at least 1"),
        (changed(sellers=[market("tea")["sellers"][0], market("tea")["sellers"][0] | {"name": "MILL"}]), "used twice"),
        (sellers(data=market("tea")["buyer"]), "what is for sale is hidden"),
        (sellers(data=HIDDEN | {"id": "id"}), "no id"),
        (sellers(price={"method": "auction"}), "'auction'"),
        (specification(metric="f1"), "metric: f1 is not a metric of this challenge"),
        (specification(scorer="reference"), "no scorer 'reference'"),
        (specification(accuracy_weight=1.5), "less than or equal to 1"),
        (specification(reference="dataperf-acquisition"), "linear prices only"),
        (specification(tasks=[market("tea"), market("TEA")]), "a name is used twice"),
        (specification(tasks=[market("tea"), market("ink") | {"summaries": "public/tea-summaries.json"}]), "same doc"),
    ],
)
def test_a_wrong_one_is_refused_with_a_reason(content: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_specification(content)


def test_titles_are_no_part_of_what_a_score_depends_on() -> None:
    renamed = parse_specification(sellers(title="The Windmill"))
    assert renamed.scoring_part() == parse_specification(sellers()).scoring_part()
    assert renamed.scoring_part() != parse_specification(sellers(name="windmill")).scoring_part()


def _summaries(bundle: Path, *, rows: int | None = None, count: int = 3) -> None:
    path = bundle / "public" / "tea-summaries.json"
    content = json.loads(path.read_bytes())[:count]
    if rows is not None:
        content[1]["row_number"] = rows
    path.write_text(json.dumps(content))


def test_summaries_must_fit_the_sellers(tmp_path: Path) -> None:
    bundle = write_market(tmp_path / "bundle")
    _summaries(bundle, rows=61)
    with pytest.raises(BundleError, match=r"tea-summaries.json: says that 'barn' owns 61 rows; the data have 60\."):
        prepare(bundle, tmp_path / "store")
    _summaries(bundle, count=2)
    with pytest.raises(BundleError, match="is not a list of 3 summaries"):
        prepare(bundle, tmp_path / "store")
    (bundle / "public" / "tea-summaries.json").write_text('[{}, {}, "x"]')
    with pytest.raises(BundleError, match="the summary of 'mill' is not a summary"):
        prepare(bundle, tmp_path / "store")


def test_published_summaries_are_taken_as_they_are(tmp_path: Path) -> None:
    bundle = write_market(tmp_path / "bundle", **reference_market())
    _summaries(bundle, rows=61)
    prepare(bundle, tmp_path / "store")
    _summaries(bundle, rows=0)
    with pytest.raises(BundleError, match="the summary of 'barn' row_number is not a whole number above zero"):
        prepare(bundle, tmp_path / "store")
