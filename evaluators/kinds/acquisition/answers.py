"""What an organizer answers about an acquisition in the wizard."""

from __future__ import annotations

from pydantic import Field

from evaluators.kinds.acquisition.pricing import MAX_AMOUNT, Price
from evaluators.kinds.acquisition.specification import MAX_SELLERS
from evaluators.material.answers import Answer


class SellerAnswer(Answer):
    """A seller, by the value of its column; without a price, one coin for each row."""

    title: str = Field(default="", max_length=100)
    price: Price | None = None


class AcquisitionAnswers(Answer):
    """One market. ``budget`` is by default what a quarter of all rows costs.

    The buyer's own rows are a file of the part ``buyer``, or ``buyer_rows`` that are split off. ``samples_each`` rows
    of each seller are shown.
    """

    budget: float | None = Field(default=None, gt=0, le=MAX_AMOUNT)
    sellers: dict[str, SellerAnswer] = Field(default={}, max_length=MAX_SELLERS)
    buyer_rows: int = Field(default=100, ge=2, le=100_000)
    samples_each: int = Field(default=5, ge=0, le=100)
    accuracy_weight: float = Field(default=0.98, gt=0, le=1)
