"""The whole measurement of one challenge: one process, one thread, seconds to a minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

import numpy as np

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.findings import SEVERITIES, Finding
from evaluators.kinds.task_rows import TableRows, TaskRows
from evaluators.learning.threads import one_thread
from evaluators.readiness import judging_data, judging_scores
from evaluators.readiness.baselines import baseline_score, noise, scored_baselines
from evaluators.readiness.bootstrap import smallest_difference
from evaluators.readiness.ceiling import ceiling
from evaluators.readiness.copies import Hashes, hashes
from evaluators.readiness.describing import drift, table_facts
from evaluators.readiness.neighbours import Index
from evaluators.readiness.predictions import readiness_of
from evaluators.readiness.relation import agreement
from evaluators.readiness.report import (
    ClassCount,
    Overlap,
    ReadinessReport,
    TaskFacts,
)
from evaluators.specification.challenge import Specification
from evaluators.specification.metrics import METRICS

Pair = tuple[TableRows, TableRows]


def readiness(
    dataset: PreparedDataset, submissions: Path | None = None, *, final: PreparedDataset | None = None
) -> ReadinessReport:
    """Measure a challenge. ``submissions`` is the folder of the baselines, see ``baselines``; ``final`` the dataset of
    the final test rows.

    Raises:
        SubmissionError: a baseline's files break a rule of the challenge.
    """
    with one_thread():
        return _measured(dataset, submissions, final)


def _measured(dataset: PreparedDataset, submissions: Path | None, final: PreparedDataset | None) -> ReadinessReport:
    specification = dataset.specification
    own = readiness_of(specification)
    tasks = own.task_rows(dataset)
    pairs = _pairs(tasks, own.task_rows(final) if final is not None else [])
    hashed = {rows.name: hashes(rows) for rows in _each(tasks, pairs)}
    tables = {rows.name: table_facts(rows, hashed[rows.name]) for rows in _each(tasks, pairs)}
    overlaps = _overlaps(pairs, hashed)
    compared = list({(task.compared.name, task.test.name): (task.compared, task.test) for task in tasks}.values())
    compared = [(left, right) for left, right in compared if left.name != right.name]
    drifts = [found for left, right in compared if (found := drift(left, right)) is not None]
    facts = [_task_facts(specification, task) for task in tasks]
    scored = scored_baselines(dataset, submissions, tasks) if submissions is not None else []
    baselines = [baseline_score(specification, tasks, item) for item in scored]
    found_noise = noise(specification, tasks, scored, _top(specification, facts))
    own_facts = own.facts(dataset)
    smallest = {task.name: smallest_difference(len(task.test)) for task in tasks}
    findings = [
        *judging_data.table_findings(list(tables.values())),
        *judging_data.overlap_findings(overlaps),
        *judging_data.norm_findings([(tables[left.name], tables[right.name]) for left, right in compared]),
        *judging_data.drift_findings(drifts),
        *judging_data.task_findings(facts),
        *judging_scores.score_findings(METRICS[specification.metric], baselines, found_noise),
        *own.findings(own_facts, tasks, smallest),
    ]
    return ReadinessReport(
        dataset=dataset.digest,
        final=final.digest if final is not None else None,
        kind=specification.kind,
        metric=specification.metric,
        direction=specification.direction,
        findings=_sorted(findings),
        tables=list(tables.values()),
        overlaps=overlaps,
        drifts=drifts,
        tasks=facts,
        baselines=baselines,
        noise=found_noise,
        **own_facts,
    )


def _pairs(tasks: list[TaskRows], finals: list[TaskRows]) -> list[Pair]:
    """Pairs of tables that must not share rows: test rows first, then training or other public rows; each pair once."""
    found: list[Pair] = []
    for number, task in enumerate(tasks):
        final = [_named_final(finals[number].test)] if finals else []
        for test in (task.test, *final):
            found += [(test, other) for other in (task.pool, *task.others)]
        found += [(rows, task.test) for rows in final]
    return list({(left.name, right.name): (left, right) for left, right in found if left.name != right.name}.values())


def _named_final(rows: TableRows) -> TableRows:
    """Rename the final test rows: in their own dataset they have the names of the regular test rows."""
    title = rows.title.replace("hidden test rows", "final test rows")
    return TableRows(f"final-{rows.name}", title, rows.tables, rows.labels, rows.hidden, rows.trusted)


def _each(tasks: list[TaskRows], pairs: list[Pair]) -> Iterator[TableRows]:
    """Every table once."""
    every = [rows for task in tasks for rows in (task.pool, *task.others, task.test)]
    yield from {rows.name: rows for rows in [*every, *(rows for pair in pairs for rows in pair)]}.values()


def _overlaps(pairs: list[Pair], hashed: dict[str, Hashes]) -> list[Overlap]:
    """Compare each pair, one index at a time: two of the largest would need too much memory."""
    found = {}
    for name, right in {right.name: right for _, right in pairs}.items():
        index = Index.of(right, hashed[name])
        for left in (left for left, other in pairs if other.name == name):
            found[left.name, name] = index.overlap(left, hashed[left.name])
    return [found[left.name, right.name] for left, right in pairs]


def _task_facts(specification: Specification, task: TaskRows) -> TaskFacts:
    train, test = task.classes_of(task.pool), task.classes_of(task.test)
    classes = len(task.classes)
    # A test table always has labels.
    of_test = np.bincount(test, minlength=classes).tolist() if test is not None else [0] * classes
    of_train = np.bincount(train, minlength=classes).tolist() if train is not None else [None] * classes
    return TaskFacts(
        task=task.name,
        title=task.title,
        test_rows=len(task.test),
        classes=[
            ClassCount(name=name, train=known, test=tested)
            for name, known, tested in zip(task.classes, of_train, of_test, strict=True)
        ],
        smallest_difference=round(smallest_difference(len(task.test)), 6),
        ceiling=ceiling(specification, task, readiness_of(specification).measured(specification)[0]),
        agreement=agreement(task),
    )


def _top(specification: Specification, facts: list[TaskFacts]) -> float | None:
    """The score of a model trained on everything; None if the score depends on more than its predictions."""
    values = [task.ceiling.value for task in facts if task.ceiling is not None]
    if len(values) < len(facts):
        return None
    own = readiness_of(specification)
    if not own.has_ceiling(specification):
        return None
    return round(own.measured(specification)[1] * fmean(values), 6)


def _sorted(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda item: (SEVERITIES.index(item.severity), item.code, item.where))
