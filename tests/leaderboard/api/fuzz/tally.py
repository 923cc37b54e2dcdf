"""What the random requests were answered with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Tally:
    cases: Counter[str] = field(default_factory=Counter)
    """Kind of user → number of requests."""
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Method and route → status → number of answers."""
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    """Route and the first line of what is wrong → the first case, in full."""
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, kind: str, label: str, status: int) -> None:
        self.cases[kind] += 1
        self.statuses[label][status] += 1

    def fail(self, kind: str, label: str, wrong: str, story: str) -> None:
        self.failed[label, wrong] += 1
        self.failures.setdefault((label, wrong), f"as {kind}: {story}")

    @property
    def only_refused(self) -> list[str]:
        """The operations that nobody got to do."""
        return sorted(label for label, found in self.statuses.items() if not any(200 <= code < 300 for code in found))

    def lines(self) -> Iterator[str]:
        """The summary."""
        kinds = ", ".join(f"{kind} {number}" for kind, number in self.cases.items())
        yield f"{self.cases.total()} cases: {kinds}"
        width = max(map(len, self.statuses), default=0)
        for label, found in sorted(self.statuses.items()):
            yield f"{label:{width}}  " + "  ".join(f"{code}: {number}" for code, number in sorted(found.items()))
        yield f"{self.failed.total()} failures"
        for (label, wrong), number in self.failed.most_common():
            yield f"{number} × {label}: {wrong}\n{self.failures[label, wrong]}"
