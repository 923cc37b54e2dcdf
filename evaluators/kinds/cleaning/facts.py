"""What wrong labels cost in a cleaning challenge."""

from __future__ import annotations

from evaluators.kinds.records import Count, Finite, Name, Record


class CleaningFacts(Record):
    """A training set with wrong labels: the accuracy with the labels as given, and with all labels right."""

    task: Name
    rows: Count
    wrong: Count
    accuracy_noisy: Finite
    accuracy_clean: Finite
