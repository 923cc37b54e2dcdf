"""The input of an acquisition baseline: one market, public data only, with helpers for spending the budget."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition.pricing import Price, affordable, exact
from evaluators.kinds.acquisition.specification import AcquisitionSpecification, Market
from evaluators.kinds.acquisition.summaries import Summary, read_summary

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MarketProblem:
    """One market in which to spend at most ``budget``.

    ``prices``, ``owned`` (rows owned), ``for_sale`` (how many of them may be bought) and ``summaries`` are in the
    sellers' order. ``embedding`` (rows, dimensions) and ``classes`` (rows,) are the buyer's own rows.
    """

    budget: Fraction
    prices: list[Price]
    owned: list[int]
    for_sale: list[int]
    summaries: list[Summary]
    embedding: Floats
    classes: NDArray[np.int64]

    @cached_property
    def correlation(self) -> Floats:
        """Pearson correlation of each dimension with the class in the buyer's rows, (dimensions,); 0 for a constant."""
        centred = self.embedding - self.embedding.mean(axis=0)
        offsets = self.classes - self.classes.mean()
        scale = np.sqrt((centred**2).sum(axis=0) * (offsets @ offsets))
        correlation: Floats = np.divide(offsets @ centred, scale, out=np.zeros(len(scale)), where=scale > 0)
        return correlation

    @cached_property
    def agreements(self) -> list[float]:
        """How well each seller's label correlations *s* explain the buyer's *b*: 1 − ‖s − b‖² / ‖b‖².

        1 means identical, 0 no better than knowing nothing, and negative values mean opposite. Wrong labels shrink *s*;
        different inputs or another meaning of the label turn it away from *b*.
        """
        length = float(self.correlation @ self.correlation)
        if length == 0:
            return [0.0] * len(self.summaries)
        gaps = [summary.correlation - self.correlation for summary in self.summaries]
        return [1 - float(gap @ gap) / length for gap in gaps]

    @cached_property
    def distances(self) -> list[float]:
        """RMS distance, over dimensions, of each seller's mean from the buyer's, in buyer standard deviations."""
        spread = self.embedding.std(axis=0)
        spread[spread == 0] = 1
        centre = self.embedding.mean(axis=0)
        return [float(np.sqrt(np.mean(((summary.means - centre) / spread) ** 2))) for summary in self.summaries]

    def spend(self, weights: Sequence[float]) -> list[int]:
        """Share the budget by ``weights``; what a sold-out seller does not need of its share goes to the others.

        Sellers with weight 0 sell nothing. No share is ever exceeded, so neither is the budget.
        """
        rows = [0] * len(weights)
        left = self.budget
        shares = {place: exact(weight) for place, weight in enumerate(weights) if weight > 0}
        while shares:
            total = sum(shares.values())
            bought = {
                place: min(
                    affordable(self.prices[place], self.owned[place], left * share / total), self.for_sale[place]
                )
                for place, share in shares.items()
            }
            sold_out = [place for place, count in bought.items() if count == self.for_sale[place]]
            for place in sold_out or bought:
                rows[place] = bought[place]
                left -= self.prices[place].cost(bought[place], self.owned[place])
                del shares[place]
        return rows


Choose = Callable[[MarketProblem, np.random.Generator], list[int]]
"""A baseline: maps a market to the number of rows bought from each seller."""


def problem_of(dataset: PreparedDataset, market: Market) -> MarketProblem:
    """The problem of one market. The sellers' rows are not read."""
    buyer = dataset.table(market.buyer_table)
    owned = [len(dataset.table(table)) for table in market.seller_tables]
    kept = AcquisitionSpecification.expect(dataset.specification).keeps_last_rows
    return MarketProblem(
        budget=exact(market.budget),
        prices=[seller.price for seller in market.sellers],
        owned=owned,
        for_sale=[rows - 1 for rows in owned] if kept else owned,
        summaries=[read_summary(content) for content in json.loads(dataset.document(market.summaries))],
        embedding=np.asarray(buyer.embedding).astype(np.float64),
        classes=buyer.labels.astype(np.int64),
    )
