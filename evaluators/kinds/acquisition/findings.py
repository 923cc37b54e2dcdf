"""Findings about markets: what the budget buys, and what accuracy is measured on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evaluators.kinds.acquisition.facts import MarketFacts
from evaluators.kinds.findings import Finding


def market_findings(markets: Sequence[MarketFacts], *, public_test: list[str]) -> Iterator[Finding]:
    """``public_test`` names the tasks that are tested on public rows."""
    for market in markets:
        if not market.affordable_sellers:
            yield Finding(
                code="budget-buys-nothing",
                severity="blocker",
                title="The budget buys nothing",
                measured=f"{market.budget:g} buys no row from any of {market.sellers} sellers",
                value=market.budget,
                why="The only submission that is allowed is an empty one.",
                remedy="Raise the budget or lower the prices.",
                where=market.task,
            )
        elif market.budget >= market.everything:
            yield Finding(
                code="budget-buys-everything",
                severity="warning",
                title="The budget buys everything",
                measured=f"everything costs {market.everything:g}, the budget is {market.budget:g}",
                value=market.budget / market.everything,
                why="Nobody has to choose.",
                remedy="Lower the budget or raise the prices.",
                where=market.task,
            )
    for task in public_test:
        yield Finding(
            code="test-rows-public",
            severity="warning",
            title="Accuracy is measured on rows that everyone can see",
            measured="the market has no hidden test rows",
            why="A purchase can be tuned to the very rows that it is measured on.",
            remedy="Give hidden test rows.",
            where=task,
        )
