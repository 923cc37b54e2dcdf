"""A score is shown as its metric says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.learning.metrics.registry import CLASSIFICATION_METRICS
from frontend.templatetags.ratchet import score


def test_money_has_two_decimals_and_a_fraction_four(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ">1,234.50<" in score(1234.5, "cost")
    assert ">0.5000<" in score(0.5, "accuracy")
    assert ">0.5000<" in score(0.5, "a_metric_of_an_old_result")
    monkeypatch.setitem(CLASSIFICATION_METRICS, "saved", replace(ACCURACY, name="saved", is_money=True))
    assert ">−0.50<" in score(-0.5, "saved")
