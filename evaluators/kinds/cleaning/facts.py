"""What wrong labels cost in a cleaning."""

from __future__ import annotations

from evaluators.kinds.records import Count, Finite, Name, Record


class CleaningFacts(Record):
    """A training set with wrong labels: accuracy with the labels as they are, and with all of them right."""

    task: Name
    rows: Count
    wrong: Count
    accuracy_noisy: Finite
    accuracy_clean: Finite
