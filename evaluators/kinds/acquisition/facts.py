"""What the budget of a market can buy."""

from __future__ import annotations

from evaluators.kinds.findings import ShownFact
from evaluators.kinds.records import Count, Finite, Name, Record


class MarketFacts(Record):
    """``affordable``: the largest fraction of any seller's rows in budget; ``everything``: the price of all rows."""

    task: Name
    sellers: Count
    budget: Finite
    everything: Finite
    affordable_sellers: Count
    affordable: Finite

    @property
    def shown(self) -> tuple[ShownFact, ...]:
        text = f"{self.budget:g} of {self.everything:g} that everything costs"
        return (ShownFact(title=f"Budget of {self.task}", text=text),)
