"""What the budget of a market buys."""

from __future__ import annotations

from evaluators.kinds.records import Count, Finite, Name, Record


class MarketFacts(Record):
    """``affordable`` is the largest part of one seller's rows that the whole budget buys; ``everything`` costs so."""

    task: Name
    sellers: Count
    budget: Finite
    everything: Finite
    affordable_sellers: Count
    affordable: Finite
