"""The report of a dry run: what was measured, in numbers ready to be drawn, and what was found in them.

The same data and submissions give the same bytes. Codes of findings are stable: acknowledgements refer to them.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field

from evaluators.kinds.acquisition.facts import MarketFacts
from evaluators.kinds.cleaning.facts import CleaningFacts
from evaluators.kinds.records import Count, Finite, Name, Record, Sha256

MAX_REPORT_BYTES = 4 * 1024 * 1024
"""A larger output is refused unread."""

Severity = Literal["blocker", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("blocker", "warning", "note")
"""In the order in which they are shown."""

Text = Annotated[str, Field(max_length=2000)]
Label = Annotated[str, Field(max_length=200)]


class Finding(Record):
    """``measured`` says in words what ``value`` is; ``where`` names the task or table, empty for the whole."""

    code: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=60)]
    severity: Severity
    title: Text
    measured: Text
    value: Finite | None = None
    why: Text
    remedy: Text
    where: Label = ""


class TableFacts(Record):
    """A table as it is: ``distinct`` embeddings, ``dead`` dimensions that never change, quantiles of the norms.

    ``conflicts`` are rows whose very embedding also occurs with another label; None where the table has no labels, or
    labels that are meant to be wrong. ``norms`` are the 0, 5, 25, 50, 75, 95 and 100 % quantiles.
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
    """Rows of ``left`` that are also in ``right``, or almost.

    ``copies`` are exact ones among all ``rows_left`` and ``rows_right``; ``near`` of the ``compared_left`` rows lie
    closer than ``threshold`` to one of the ``compared_right``, copies included. ``own_median`` is the median distance
    between a row of ``right`` and its nearest other row. ``edges`` (bins + 1), ``to_right`` and ``own`` (bins) are the
    histograms of both distances, in parts of the rows.
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
    """How well a classifier tells rows of ``left`` from rows of ``right``: ``auc`` 0.5 not at all, 1 always."""

    left: Label
    right: Label
    auc: Finite
    rows: Count
    by_class: bool


class ClassCount(Record):
    """``train`` is None where the labels of the rows to learn from are not known."""

    name: Label
    train: Count | None
    test: Count


class Ceiling(Record):
    """A model trained on all rows, or on ``rows`` drawn from them; ``metric`` is measured on the test rows.

    ``how`` says what it learned from.
    """

    metric: Name
    value: Finite
    rows: Count
    how: Text


class Agreement(Record):
    """Whether the nearest row of ``source`` has the label of a test row: Cohen's kappa over ``rows`` test rows.

    With shuffled labels it lies between ``low`` and ``high``.
    """

    value: Finite
    low: Finite
    high: Finite
    rows: Count
    source: Label


class TaskFacts(Record):
    """``smallest_difference`` that ``test_rows`` can resolve between two accuracies, at worst."""

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
    """A baseline that the data themselves do not allow; ``reason`` is for the organizer."""

    name: Name
    title: Label
    reason: Text


class Noise(Record):
    """What can be told apart and what there is to gain, in units of the metric.

    ``resolvable`` is the half-width of the 95 % interval of the difference of two entries; ``headroom`` lies between
    ``random`` and the better of ``best`` (the best other baseline) and ``ceiling``. ``seed_spread`` is the standard
    deviation over the seeds, ``test_error`` the standard error of a difference that the test rows make.
    """

    random: Finite | None
    best: Finite | None
    ceiling: Finite | None
    seed_spread: Finite
    test_error: Finite
    resolvable: Finite
    headroom: Finite | None


class ReadinessReport(Record):
    """``final`` is the digest of the hidden part of the test set, if it was looked at as well.

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

    def of(self, severity: Severity) -> list[Finding]:
        """The findings of one severity, in their order."""
        return [finding for finding in self.findings if finding.severity == severity]

    def to_bytes(self) -> bytes:
        """Canonical JSON in UTF-8, with a line feed at its end."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, allow_nan=False)
        return text.encode() + b"\n"
