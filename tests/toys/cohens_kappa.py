"""Cohen's kappa: agreement beyond chance (Cohen 1960, "A coefficient of agreement for nominal scales")."""

from __future__ import annotations

from evaluators.learning.metrics.base import (
    ClassificationMetric,
    Counts,
    Values,
    correct,
    of_predicted,
    of_true,
    ratio,
)


def _kappa(counts: Counts) -> Values:
    rows = counts.sum(axis=(-2, -1))
    observed = ratio(correct(counts).sum(axis=-1), rows)
    expected = ratio((of_true(counts) * of_predicted(counts)).sum(axis=-1), rows**2)
    return ratio(observed - expected, 1 - expected)


COHENS_KAPPA = ClassificationMetric(
    name="cohens_kappa",
    title="Cohen's kappa",
    meaning="the agreement with the true labels beyond that of chance",
    formula="(observed − expected) / (1 − expected)",
    from_counts=_kappa,
)
