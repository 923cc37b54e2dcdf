"""What a new challenge may say follows from the declarations and the schema; stored challenges open as they are."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from evaluators.bundles.check import check_bundle
from evaluators.kinds.registry import every_kind
from evaluators.problems.problem import BundleError
from evaluators.specification.reading import json_schema, parse_specification, read_specification, read_text
from tests import bundles, cleanings, markets

Content = dict[str, Any]


def vision(**changes: Any) -> Content:
    return bundles.specification(reference="dataperf-vision-selection", scorer="reference", **changes)


def speech(**changes: Any) -> Content:
    model = {"name": "keyword-vote"}
    content = {"reference": "dataperf-speech-selection", "scorer": "reference", "metric": "macro_f1", "model": model}
    return bundles.specification(**content | changes)


def cleaning(**changes: Any) -> Content:
    content = {"reference": "dataperf-vision-cleaning", "scorer": "reference", "seeds": [42], "classes": ["0", "1"]}
    return cleanings.specification(**content | {"model": {"name": "linear-adamw"}} | changes)


def market(**changes: Any) -> Content:
    return markets.specification(**markets.reference_market() | changes)


def refused(content: Content) -> list[tuple[str | None, str]]:
    with pytest.raises(BundleError) as caught:
        read_text(json.dumps(content).encode(), new=True)
    return [(problem.field, f"{problem.message} {problem.remedy}") for problem in caught.value.problems]


@pytest.mark.parametrize("write", [vision, speech, cleaning, market], ids=lambda write: write.__name__)
def test_a_challenge_with_a_public_evaluator_is_taken(write: Callable[..., Content]) -> None:
    read_text(json.dumps(write()).encode(), new=True)


@pytest.mark.parametrize(
    ("content", "field", "text"),
    [
        (vision(metric="macro_f1"), "metric", "the scorer reference does not measure macro_f1. There are accuracy, "),
        (vision(metric="balanced_accuracy"), "metric", "the scorer reference does not measure balanced_accuracy."),
        (speech(metric="accuracy"), "metric", "the scorer reference does not measure accuracy. There is only macro_f1"),
        (cleaning(metric="auc"), "metric", "the scorer reference does not measure auc. There is only fraction_fixes."),
        (vision(model={"name": "keyword-vote"}), "model.name", "has logistic-regression here and no other."),
        (speech(model={"name": "logistic-regression"}), "model.name", "Write keyword-vote."),
        (cleaning(model={"name": "nearest-neighbours"}), "model.name", "Write linear-adamw."),
        (cleaning(seeds=[1]), "seeds", "the scorer reference has [42] here and no other. Write [42]."),
        (market(scorer="reference-knn"), "model.name", "Write nearest-neighbours."),
    ],
)
def test_what_the_scorer_does_not_do_is_refused_in_a_new_challenge_only(
    content: Content, field: str, text: str, tmp_path: Path
) -> None:
    ((place, said),) = refused(content)
    assert place == field
    assert text in said
    # A version that was stored before the rule, and a worker that prepares it again from its files.
    assert parse_specification(content).metric == content["metric"]
    (tmp_path / "challenge.yaml").write_text(json.dumps(content))
    assert read_specification(tmp_path).scoring_part() == parse_specification(content).scoring_part()


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"k": "5"}, "'5' is not a whole number. Write one without a decimal point or quotes."),
        ({"k": True}, "true is not a whole number."),
        ({"k": 5.0}, "5.0 is not a whole number."),
    ],
)
def test_a_models_parameter_has_its_type_in_a_new_challenge(parameters: Content, text: str, tmp_path: Path) -> None:
    content = bundles.specification(model={"name": "nearest-neighbours", "parameters": parameters})
    bundles.write_bundle(tmp_path, model=content["model"])
    with pytest.raises(BundleError) as caught:
        check_bundle(tmp_path)
    (problem,) = caught.value.problems
    assert (problem.field, text in str(problem)) == ("model.parameters.k", True)
    stored = read_specification(tmp_path)
    # Its digest covers the parameters as they are written.
    assert stored.model.parameters == parameters
    assert stored.model.untrained().k == int(parameters["k"])


def test_a_whole_number_is_right_where_any_number_is() -> None:
    content = bundles.specification(model={"name": "logistic-regression", "parameters": {"C": 2}})
    assert read_text(json.dumps(content).encode(), new=True).model.parameters == {"C": 2}


VALUES = ("1", "0.5", "yes", True, 0, 1, 2.0, math.inf, None)


@pytest.mark.parametrize(
    "content",
    [
        bundles.specification(model={"name": "nearest-neighbours", "parameters": {"k": 5}}, partial=True),
        cleanings.specification(reveal="counts"),
        markets.specification(accuracy_weight=0.5),
    ],
    ids=lambda content: content["kind"],
)
def test_nothing_is_taken_that_the_schema_refuses(content: Content) -> None:
    schema = jsonschema.Draft202012Validator(json_schema())
    tried = 0
    for path in places(content):
        for value in VALUES:
            changed = copy.deepcopy(content)
            inside: Any = changed
            for part in path[:-1]:
                inside = inside[part]
            inside[path[-1]] = value
            try:
                parse_specification(changed, new=True)
            except ValueError:
                continue
            tried += 1
            assert schema.is_valid(changed), (path, value)
    assert tried > 10


def places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the document has a value that isn't a list or mapping. In Python, true is 1, so ``format`` is left out."""
    if isinstance(content, dict | list):
        for key, value in content.items() if isinstance(content, dict) else enumerate(content):
            yield from places(value, (*path, key))
    elif path != ("format",):
        yield path


def test_the_schema_has_the_scorers_of_each_kind() -> None:
    definitions = json_schema()["$defs"]
    for kind in every_kind():
        listed = definitions[kind.specification.__name__]["properties"]["scorer"]
        assert [item["const"] for item in listed["oneOf"]] == list(dict.fromkeys(info.name for info in kind.scorers))
        assert listed["default"] == "corrected"
