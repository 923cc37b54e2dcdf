"""Parts of the wizard: explanations of all choices, time zones, plots of the data."""

from __future__ import annotations

from evaluators.learning import METRICS
from evaluators.learning.models.parameters import PARAMETERS as MODEL_PARAMETERS
from evaluators.registry import MODELS
from evaluators.specification import KINDS
from frontend.organize.wizard.explained import METRICS_OF, MODEL_MEANINGS, PARAMETERS
from frontend.organize.wizard.scoring import FORMS
from frontend.organize.wizard.zones import zones
from frontend.plots.histogram import histogram_plot
from frontend.plots.rowmap import MappedRow, row_map


def test_every_model_parameter_and_metric_is_explained() -> None:
    assert MODEL_MEANINGS.keys() == MODELS.keys()
    known = {(name, field) for name, model in MODEL_PARAMETERS.items() for field in model.model_fields}
    assert {(model, name) for name, (model, _, _) in PARAMETERS.items()} == known
    assert set(METRICS_OF) == set(FORMS) == set(KINDS)
    assert all(name in METRICS for names in METRICS_OF.values() for name in names)


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
