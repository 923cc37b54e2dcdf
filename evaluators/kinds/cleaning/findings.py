"""Findings about wrong labels: there are none, or they do not lower the model's accuracy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evaluators.kinds.cleaning.facts import CleaningFacts
from evaluators.kinds.findings import Finding

MOSTLY_WRONG = 0.5


def cleaning_findings(
    cleaning: Sequence[CleaningFacts], test_rows: Mapping[str, int], smallest_differences: Mapping[str, float]
) -> Iterator[Finding]:
    """``test_rows`` and the ``smallest_differences`` of accuracies that they can resolve are by task."""
    for facts in cleaning:
        part = facts.wrong / facts.rows
        gain = facts.accuracy_clean - facts.accuracy_noisy
        if not facts.wrong:
            yield Finding(
                code="labels-all-right",
                severity="blocker",
                title="No label is wrong",
                measured=f"0 of {facts.rows} labels differ from the truth",
                value=0,
                why="There is nothing to find.",
                remedy="Give the noisy labels as those of the training rows, the right ones as the truth.",
                where=facts.task,
            )
            continue
        if part > MOSTLY_WRONG:
            yield Finding(
                code="labels-mostly-wrong",
                severity="warning",
                title="Most labels are wrong",
                measured=f"{facts.wrong} of {facts.rows} labels differ from the truth",
                value=part,
                why="Methods that find wrong labels believe the majority; here the majority is wrong.",
                remedy="Look whether truth and training rows have been mixed up, or make fewer labels wrong.",
                where=facts.task,
            )
        if gain <= 0:
            yield Finding(
                code="cleaning-gains-nothing",
                severity="blocker",
                title="Right labels make the model no better",
                measured=f"accuracy {facts.accuracy_noisy:.4f} with the wrong labels, {facts.accuracy_clean:.4f} "
                "without",
                value=gain,
                why="Whoever mends everything gains nothing.",
                remedy="Make more labels wrong, or wrong in a way that misleads: by class, not at random.",
                where=facts.task,
            )
        elif gain < smallest_differences[facts.task] / 2:
            yield Finding(
                code="cleaning-gains-little",
                severity="warning",
                title="Right labels make the model hardly better",
                measured=f"accuracy {facts.accuracy_noisy:.4f} with the wrong labels, {facts.accuracy_clean:.4f} "
                f"without; {test_rows[facts.task]} test rows",
                value=gain,
                why="What can be gained is about as large as what the choice of the test rows changes.",
                remedy="Make more labels wrong, or take more test rows.",
                where=facts.task,
            )
