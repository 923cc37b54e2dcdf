"""The organizer's answers in the wizard about an acquisition challenge."""

from __future__ import annotations

from pydantic import Field

from evaluators.kinds.acquisition.pricing import MAX_AMOUNT, Price
from evaluators.kinds.acquisition.specification import MAX_SELLERS
from evaluators.material.answers import Answer


class SellerAnswer(Answer):
    """A seller, identified by its value in the seller column. Without a price, each row costs one coin."""

    title: str = Field(default="", max_length=100)
    price: Price | None = None


class AcquisitionAnswers(Answer):
    """One market. ``budget`` defaults to a quarter of the price of all rows.

    The buyer's own rows come from a file of the table ``buyer``, or ``buyer_rows`` rows are split off for the buyer.
    ``samples_each`` rows of each seller are shown to participants.
    """

    budget: float | None = Field(default=None, gt=0, le=MAX_AMOUNT)
    sellers: dict[str, SellerAnswer] = Field(default={}, max_length=MAX_SELLERS)
    buyer_rows: int = Field(default=100, ge=2, le=100_000)
    samples_each: int = Field(default=5, ge=0, le=100)
    accuracy_weight: float = Field(default=0.98, gt=0, le=1)
