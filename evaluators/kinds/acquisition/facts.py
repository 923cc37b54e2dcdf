"""What the budget of a market can buy."""

from __future__ import annotations

from evaluators.kinds.records import Count, Finite, Name, Record


class MarketFacts(Record):
    """``affordable``: the largest fraction of any seller's rows in budget; ``everything``: the price of all rows."""

    task: Name
    sellers: Count
    budget: Finite
    everything: Finite
    affordable_sellers: Count
    affordable: Finite
