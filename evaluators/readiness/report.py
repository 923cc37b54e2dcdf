"""The report of the readiness check: measurements ready for plotting, and the findings.

The same data and submissions give the same bytes. Codes of findings are stable: acknowledgements refer to them.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field

from evaluators.kinds.acquisition.facts import MarketFacts
from evaluators.kinds.cleaning.facts import CleaningFacts
from evaluators.kinds.findings import Finding, Label, Severity, ShownFact, Text
from evaluators.kinds.records import Count, Finite, Name, Record, Sha256

MAX_REPORT_BYTES = 4 * 1024 * 1024
"""The largest output, in bytes, that the site reads."""


class TableFacts(Record):
    """A table: ``distinct`` embeddings, ``dead`` (constant) dimensions and norms.

    ``conflicts`` counts rows whose exact embedding also occurs with another label; None if the table has no labels, or
    intentionally wrong ones. ``norms`` are the 0, 5, 25, 50, 75, 95 and 100 % quantiles.
    """

    name: Name
    title: Label
    hidden: bool
    rows: Count
    dimensions: Count
    distinct: Count
    dead: Count
    conflicts: Count | None
    norms: list[Finite]


class Overlap(Record):
    """Rows of ``left`` that also occur in ``right``, exactly or nearly.

    ``copies`` counts exact copies among all ``rows_left`` and ``rows_right``. ``near`` counts those of the
    ``compared_left`` rows that are closer than ``threshold`` to one of the ``compared_right``, including copies.
    ``own_median`` is the median distance between a row of ``right`` and its nearest other row. ``edges`` (bins + 1),
    ``to_right`` and ``own`` (bins,) are the histograms of both distances, as fractions of the rows.
    """

    left: Label
    right: Label
    rows_left: Count
    rows_right: Count
    compared_left: Count
    compared_right: Count
    copies: Count
    near: Count
    threshold: Finite
    own_median: Finite
    edges: list[Finite]
    to_right: list[Finite]
    own: list[Finite]


class Drift(Record):
    """How well a classifier tells rows of ``left`` from rows of ``right``: ``auc`` 0.5 means not at all, 1 always."""

    left: Label
    right: Label
    auc: Finite
    rows: Count
    by_class: bool


class ClassCount(Record):
    """Rows of one class; ``train`` is None if the labels of the training rows are not known."""

    name: Label
    train: Count | None
    test: Count


class Ceiling(Record):
    """The score of a model trained on all rows, or on a sample of ``rows``; ``metric`` is measured on the test rows.

    ``how`` describes the training rows.
    """

    metric: Name
    value: Finite
    rows: Count
    how: Text


class Agreement(Record):
    """Whether the nearest row of ``source`` has the label of a test row: Cohen's kappa over ``rows`` test rows.

    With shuffled labels it is between ``low`` and ``high``.
    """

    value: Finite
    low: Finite
    high: Finite
    rows: Count
    source: Label


class TaskFacts(Record):
    """One task; ``smallest_difference`` is the worst-case difference of accuracies that ``test_rows`` can resolve."""

    task: Name
    title: Label
    test_rows: Count
    classes: list[ClassCount]
    smallest_difference: Finite
    ceiling: Ceiling | None
    agreement: Agreement | None


class BaselineScore(Record):
    """``low`` and ``high`` bound the 95 % interval: over the seeds and over the test rows."""

    name: Name
    title: Label
    uninformed: bool
    value: Finite
    seeds: list[Finite]
    low: Finite
    high: Finite


class LeftOut(Record):
    """A baseline that cannot run on this challenge's data; ``reason`` is for the organizer."""

    name: Name
    title: Label
    reason: Text


class Noise(Record):
    """Which differences are resolvable and how much there is to gain, in units of the metric.

    ``resolvable`` is the half-width of the 95 % interval of the difference of two entries. ``headroom`` is the
    difference between ``random`` and the better of ``best`` (the best other baseline) and ``ceiling``. ``seed_spread``
    is the standard deviation over the seeds, ``test_error`` the standard error of a difference due to the test rows.
    """

    random: Finite | None
    best: Finite | None
    ceiling: Finite | None
    seed_spread: Finite
    test_error: Finite
    resolvable: Finite
    headroom: Finite | None


class ReadinessReport(Record):
    """``final`` is the digest of the dataset of the final test rows, if it was checked too.

    ``facts`` are what only this kind measures. Two kinds had fields of their own before: ``cleaning`` and ``markets``.

    ``left_out`` is added by the site, which knows why a baseline of a dry run has no score.
    """

    format: Literal[1] = 1
    dataset: Sha256
    final: Sha256 | None = None
    kind: Name
    metric: Name
    direction: Literal["maximize", "minimize"]
    findings: Annotated[list[Finding], Field(max_length=1000)]
    tables: list[TableFacts] = []
    overlaps: list[Overlap] = []
    drifts: list[Drift] = []
    tasks: list[TaskFacts] = []
    baselines: list[BaselineScore] = []
    left_out: list[LeftOut] = []
    noise: Noise | None = None
    cleaning: list[CleaningFacts] = []
    markets: list[MarketFacts] = []
    facts: Annotated[list[ShownFact], Field(max_length=100)] = []

    @property
    def own_facts(self) -> list[ShownFact]:
        """What only this kind measures, of at most four tasks where each has its own."""
        by_task: list[CleaningFacts | MarketFacts] = [*self.cleaning[:4], *self.markets[:4]]
        return [*self.facts, *(fact for item in by_task for fact in item.shown)]

    def of(self, severity: Severity) -> list[Finding]:
        """The findings of one severity, in order."""
        return [finding for finding in self.findings if finding.severity == severity]

    def to_bytes(self) -> bytes:
        """Canonical JSON in UTF-8, with a line feed at its end."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, allow_nan=False)
        return text.encode() + b"\n"
