"""What wrong labels cost in a cleaning challenge."""

from __future__ import annotations

from evaluators.kinds.findings import ShownFact
from evaluators.kinds.records import Count, Finite, Name, Record


class CleaningFacts(Record):
    """A training set with wrong labels: the accuracy with the labels as given, and with all labels right."""

    task: Name
    rows: Count
    wrong: Count
    accuracy_noisy: Finite
    accuracy_clean: Finite

    @property
    def shown(self) -> tuple[ShownFact, ...]:
        accuracies = f"{self.accuracy_noisy:.4f} → {self.accuracy_clean:.4f} when clean"
        return (
            ShownFact(title=f"Wrong labels in {self.task}", text=f"{self.wrong / self.rows:.1%} of {self.rows:,}"),
            ShownFact(title=f"Accuracy of {self.task}", text=accuracies),
        )
