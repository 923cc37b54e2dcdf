"""Findings about the data. All thresholds are named constants here; ``docs/readiness.md`` explains them."""

from __future__ import annotations

from collections.abc import Iterator

from evaluators.kinds.findings import Finding, Severity
from evaluators.readiness.report import Drift, Overlap, TableFacts, TaskFacts

COPIES_BLOCK = 0.01
"""Fraction of the test rows whose labels can be looked up, above which a score means little."""

NEAR_WARN = 0.01
CONFLICTS_WARN = 0.01
CONFLICTS_BLOCK = 0.1
DISTINCT_WARN = 0.9
DISTINCT_BLOCK = 0.1
DEAD_WARN = 0.25
NORMS_WARN = 2.0
DRIFT_WARN = 0.8
DIFFERENCE_WARN = 0.1
DIFFERENCE_BLOCK = 0.2
CLASS_ROWS = 10


def table_findings(tables: list[TableFacts]) -> Iterator[Finding]:
    """Findings about single tables: conflicting labels, identical embeddings, constant dimensions."""
    for table in tables:
        yield from _embedding(table)
        if table.conflicts:
            part = table.conflicts / table.rows
            yield Finding(
                code="labels-conflict",
                severity=_graded(part, CONFLICTS_WARN, CONFLICTS_BLOCK),
                title="The same row has different labels",
                measured=f"{table.conflicts} of {table.rows} rows have a twin with another label",
                value=part,
                why="No model can be right about both, so this part of the score is decided by chance.",
                remedy="Keep one row of each set of twins, with the label that is right.",
                where=table.title,
            )


def _embedding(table: TableFacts) -> Iterator[Finding]:
    if table.distinct <= 1:
        yield Finding(
            code="embedding-constant",
            severity="blocker",
            title="All rows have the same embedding",
            measured=f"1 different embedding in {table.rows} rows",
            value=1,
            why="The model sees embeddings only: it cannot tell one row from another.",
            remedy="Look at how the embeddings were made, and send them again.",
            where=table.title,
        )
        return
    part = table.distinct / table.rows
    if part < DISTINCT_WARN:
        yield Finding(
            code="embedding-repeats",
            severity="blocker" if part < DISTINCT_BLOCK else "warning",
            title="Few rows have an embedding of their own",
            measured=f"{table.distinct} different embeddings in {table.rows} rows",
            value=part,
            why="Rows that cannot be told apart count once for the model, and a choice among them is no choice.",
            remedy="Drop the repeated rows, or look at how the embeddings were made.",
            where=table.title,
        )
    if table.dead:
        part = table.dead / table.dimensions
        yield Finding(
            code="dimensions-dead",
            severity="warning" if part >= DEAD_WARN else "note",
            title="Some dimensions never change",
            measured=f"{table.dead} of {table.dimensions} dimensions have one value in all rows",
            value=part,
            why="They carry nothing and cost memory and time; many of them point to a mistake in the export.",
            remedy="Look at how the embeddings were made, or leave these dimensions out.",
            where=table.title,
        )


def overlap_findings(overlaps: list[Overlap]) -> Iterator[Finding]:
    """Findings about rows of one table that also occur in another, exactly or nearly."""
    for overlap in overlaps:
        compared = _compared(overlap)
        if overlap.copies:
            part = overlap.copies / overlap.rows_left
            yield Finding(
                code="test-rows-copied",
                severity="blocker" if part >= COPIES_BLOCK else "warning",
                title=f"Rows of {overlap.left} are also in {overlap.right}",
                measured=f"{overlap.copies} of {overlap.rows_left} rows are exact copies",
                value=part,
                why="What can be learned by heart, or looked up, measures nothing. It leaks the hidden part.",
                remedy="Take these rows out of one of the two. The site can split the data without copies.",
                where=overlap.left,
            )
        near = overlap.near - min(overlap.near, overlap.copies)
        if near > NEAR_WARN * overlap.compared_left:
            yield Finding(
                code="test-rows-near",
                severity="warning",
                title=f"Rows of {overlap.left} are almost the same as some of {overlap.right}",
                measured=f"{near} of {overlap.compared_left} lie closer than {overlap.threshold:.4g}, a tenth of the "
                f"usual distance of neighbours ({overlap.own_median:.4g}); {compared}",
                value=near / overlap.compared_left,
                why="Frames of one film or versions of one text on both sides reward learning by heart.",
                remedy="Name the column of their common source as group when you split, or drop the near-duplicates.",
                where=overlap.left,
            )


def _compared(overlap: Overlap) -> str:
    whole = overlap.compared_left == overlap.rows_left and overlap.compared_right == overlap.rows_right
    if whole:
        return "all rows were compared"
    return (
        f"{overlap.compared_left} of {overlap.rows_left} rows were compared with {overlap.compared_right} of "
        f"{overlap.rows_right}"
    )


def norm_findings(pairs: list[tuple[TableFacts, TableFacts]]) -> Iterator[Finding]:
    """Findings about pairs of tables used with one model whose embeddings have very different norms."""
    for left, right in pairs:
        low, high = sorted((left.norms[3], right.norms[3]))
        if high > NORMS_WARN * low:
            ratio = high / low if low > 0 else high
            yield Finding(
                code="norms-differ",
                severity="warning",
                title=f"Embeddings of {left.title} and of {right.title} differ in length",
                measured=f"median lengths {left.norms[3]:.4g} and {right.norms[3]:.4g}",
                value=ratio,
                why="It looks as if one of them was scaled, or made by another model.",
                remedy="Make both by the same code, or scale both to unit length.",
                where=left.title,
            )


def drift_findings(drifts: list[Drift]) -> Iterator[Finding]:
    """Findings about test rows that a classifier can tell from the training rows."""
    for drift in drifts:
        if drift.auc >= DRIFT_WARN:
            equal = "equally many of each class" if drift.by_class else "equally many of both"
            yield Finding(
                code="test-drifted",
                severity="warning",
                title=f"{drift.right[:1].upper()}{drift.right[1:]} are of another make than {drift.left}",
                measured=f"a classifier tells them apart with an AUC of {drift.auc:.3f}, on {equal}",
                value=drift.auc,
                why="The challenge then asks for rows that carry over to other data, which is harder, and should be "
                "meant so.",
                remedy="If it is meant, say so in the data card. If not, draw both from the same source.",
                where=drift.right,
            )


def task_findings(tasks: list[TaskFacts]) -> Iterator[Finding]:
    """Findings about the test rows of each task: too few, too few classes, labels unrelated to the embeddings."""
    for task in tasks:
        yield from _test_size(task)
        yield from _classes(task)
        near = task.agreement
        if near is not None and near.value <= near.high:
            yield Finding(
                code="labels-unrelated",
                severity="blocker",
                title="The labels have nothing to do with the embeddings",
                measured=f"the nearest row ({near.source}) has the same label no more often than by chance: kappa is "
                f"{near.value:.3f}, shuffled labels give {near.low:.3f} to {near.high:.3f}",
                value=near.value,
                why="Nothing that is chosen, mended or bought can make a model learn what is not there.",
                remedy="Look whether ids and labels still belong to the same rows: sorting one file alone does this.",
                where=task.title,
            )


def _test_size(task: TaskFacts) -> Iterator[Finding]:
    if task.smallest_difference > DIFFERENCE_WARN:
        yield Finding(
            code="test-too-small",
            severity=_graded(task.smallest_difference, DIFFERENCE_WARN, DIFFERENCE_BLOCK),
            title="The test set is small",
            measured=f"{task.test_rows} test rows can tell two accuracies apart that differ by "
            f"{task.smallest_difference:.3f} or more",
            value=task.smallest_difference,
            why="Entries that are closer than that share a rank by right, and the order between them is luck.",
            remedy="Take more test rows: 193 resolve a tenth, 769 a twentieth, 19,208 a hundredth.",
            where=task.title,
        )


def _classes(task: TaskFacts) -> Iterator[Finding]:
    present = [item for item in task.classes if item.test]
    if len(present) < 2:
        named = f"'{present[0].name}'" if present else "no class"
        yield Finding(
            code="one-class",
            severity="blocker",
            title="The test rows have one class only",
            measured=f"all {task.test_rows} test rows are {named}",
            value=len(present),
            why="A model that always gives the same answer is perfect.",
            remedy="Take test rows of at least two classes.",
            where=task.title,
        )
        return
    rare = [item for item in task.classes if item.test < CLASS_ROWS]
    if rare:
        shown = ", ".join(f"{item.name[:40]} ({item.test})" for item in rare[:8])
        yield Finding(
            code="class-too-rare",
            severity="warning",
            title="Some classes have hardly any test rows",
            measured=f"fewer than {CLASS_ROWS} test rows: {shown}{', …' if len(rare) > 8 else ''}",
            value=min(item.test for item in rare),
            why="What the model knows of them is measured by a handful of rows, and in a macro mean they count as much "
            "as all others.",
            remedy="Take more test rows of these classes, split by class, or leave the classes out.",
            where=task.title,
        )
    unseen = [item for item in present if item.train == 0]
    if unseen:
        yield Finding(
            code="class-without-rows",
            severity="warning",
            title="Some classes of the test set cannot be learned",
            measured=f"no rows to learn from: {', '.join(item.name[:40] for item in unseen[:8])}",
            value=len(unseen),
            why="Nothing that is chosen can teach them.",
            remedy="Add rows of these classes, or leave the classes out.",
            where=task.title,
        )


def _graded(value: float, warn: float, block: float) -> Severity:
    if value > block:
        return "blocker"
    return "warning" if value >= warn else "note"
