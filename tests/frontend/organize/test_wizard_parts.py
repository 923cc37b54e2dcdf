"""Parts of the wizard: choices of models and metrics, time zones, plots of the data."""

from __future__ import annotations

import pytest
from django import forms

from evaluators.kinds import Kind, every_kind, kind_named
from evaluators.registry import METRICS, MODELS
from frontend.organize.wizard.declared import given_parameters, parameter_fields
from frontend.organize.wizard.scoring import ScoringForm
from frontend.organize.wizard.zones import zones
from frontend.plots.histogram import histogram_plot
from frontend.plots.rowmap import MappedRow, row_map


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.name)
def test_every_model_and_every_metric_of_the_kind_is_a_choice_with_an_explanation(kind: Kind) -> None:
    form = ScoringForm(kind)
    models, metrics = list(form["model"].field.choices), list(form["metric"].field.choices)
    assert {name for name, _ in models} == set(MODELS)
    # A draft has no evaluator elsewhere whose numbers it could show.
    own = {name for name in kind.specification.metrics() if not METRICS[name].base}
    assert {name for name, _ in metrics} == {"", *own}
    assert all(label.meaning.endswith(".") for _, label in [*models, *metrics])


def test_a_metric_says_in_which_direction_and_where_it_counts() -> None:
    meanings = {name: label.meaning for name, label in ScoringForm(kind_named("cleaning"))["metric"].field.choices}
    assert meanings["fraction_fixes"].startswith("Lower is better. The part of the training rows")
    assert meanings["fraction_fixes"].endswith(". For rankings.")
    assert meanings["f1"].endswith("Needs two classes in every task.")


def test_a_parameter_becomes_a_field_of_its_type_with_its_bounds() -> None:
    fields = dict(parameter_fields(MODELS["logistic-regression"]))
    strength, steps, balanced = fields.values()
    assert list(fields) == ["logistic-regression-C", "logistic-regression-max_iter", "logistic-regression-balanced"]
    assert (strength.label, strength.help_text) == (
        "Regularisation C",
        "Larger values trust the training rows more. Default 1.",
    )
    assert (type(strength), type(steps), type(balanced)) == (forms.FloatField, forms.IntegerField, forms.BooleanField)
    assert (steps.min_value, steps.max_value, strength.min_value) == (1, 10_000, None)
    assert not any(field.required for field in fields.values())


def test_only_what_differs_from_the_default_is_an_answer() -> None:
    values = {"logistic-regression-C": 0.5, "logistic-regression-max_iter": 100, "logistic-regression-balanced": False}
    assert given_parameters("logistic-regression", values | {"nearest-neighbours-k": 3}) == {"C": 0.5}
    assert given_parameters("nearest-neighbours", values | {"nearest-neighbours-k": None}) == {}


def test_the_zones_that_are_offered() -> None:
    assert zones()[0] == "UTC"
    assert {"Asia/Kathmandu", "America/New_York"} <= set(zones())


def test_a_histogram() -> None:
    plot = histogram_plot([0.0, 1.0, 2.0, 3.0], [4, 0, 8])
    assert plot is not None
    assert [column.label for column in plot.columns] == ["0 to 1: 4", "2 to 3: 8"]
    first, last = plot.columns
    assert last.height == 2 * first.height
    assert last.x + last.width <= 100
    assert "12 rows" in plot.description
    for nothing in (([], []), ([0.0, 1.0], [0]), ([1.0, 1.0], [3])):
        assert histogram_plot(*nothing) is None


def test_a_map_colours_the_largest_classes() -> None:
    rows = [MappedRow(float(place), float(place % 3), f"class {place % 10}") for place in range(100)]
    rows += [MappedRow(1.0, 1.0, "class 9")] * 5
    drawn = row_map(rows)
    assert drawn is not None
    assert [group.colour for group in drawn.groups] == list(range(9))
    assert drawn.groups[0].label == "2 other classes"
    assert drawn.groups[1].label == "class 9"
    assert sum(len(group.spots) for group in drawn.groups) == len(rows)
    assert row_map([]) is None
    unknown = row_map([MappedRow(0.0, 0.0, None)])
    assert unknown is not None
    assert unknown.groups[0].label == "no label"
