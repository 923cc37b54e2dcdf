"""Summaries have DataPerf's format and NumPy's numbers, whatever the batch size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluators.kinds.acquisition.summaries import read_summary, summarise

CLASSES = ["no", "yes"]


def rows(count: int = 500) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(count, 3)) * [1, 5, 0] + [0, 2, 7]
    return vectors, (vectors[:, 0] + generator.normal(size=count) > 0).astype(np.int64)


def summary(size: int = 500) -> dict[str, Any]:
    vectors, labels = rows()

    def batches() -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        for start in range(0, len(labels), size):
            yield vectors[start : start + size], labels[start : start + size]

    return summarise(batches, CLASSES)


def test_the_numbers_are_those_of_numpy() -> None:
    vectors, labels = rows()
    found = summary()
    assert found["row_number"] == 500
    assert found["column_number"] == 4
    assert found["class_counts"] == {"no": int((labels == 0).sum()), "yes": int(labels.sum())}
    for place in (0, 1):
        sizes, edges = np.histogram(vectors[:, place], bins=10)
        histogram = found["hist"][str(place)]
        assert [histogram[f"{number}_size"] for number in range(10)] == sizes.tolist()
        assert [histogram[f"{number}_range"] for number in range(11)] == pytest.approx(edges, rel=1e-5)
        expected = np.corrcoef(vectors[:, place], labels)[0, 1]
        assert found["label_correlation"][str(place)] == pytest.approx(expected, rel=1e-5)


def test_a_dimension_that_never_changes_has_no_correlation() -> None:
    assert summary()["label_correlation"]["2"] == 0
    assert sum(summary()["hist"]["2"][f"{number}_size"] for number in range(10)) == 500


@pytest.mark.parametrize("size", [1, 7, 499])
def test_batches_make_no_difference(size: int) -> None:
    assert summary(size) == summary()


def test_what_is_written_is_read() -> None:
    vectors, _ = rows()
    found = read_summary(json.loads(json.dumps(summary())))
    assert found.rows == 500
    assert found.means == pytest.approx(vectors.mean(axis=0), abs=0.4)  # half a bin width
    assert found.correlation[0] == pytest.approx(summary()["label_correlation"]["0"])


def test_a_published_one_may_describe_the_label_and_have_nothing_to_correlate() -> None:
    published = summary()
    published["hist"]["3"] = published["hist"]["0"]
    published["label_correlation"] |= {"2": None, "3": 1.0}
    found = read_summary(published)
    assert found.correlation.shape == found.means.shape == (3,)
    assert found.correlation[2] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"row_number": "500"},
        {"row_number": 0},
        {"row_number": True},
        {"label_correlation": {"0": 0.1, "1": 10**400, "2": 0.1}},
        {"hist": {}},
        {"label_correlation": [0.1, 0.2, 0.3]},
        {"label_correlation": {"0": 0.1}},
        {"column_number": None},
        {"hist": {"0": {}, "1": {}, "2": {}}},
    ],
)
def test_what_is_no_summary_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="row_number"):
        read_summary(summary() | change)
