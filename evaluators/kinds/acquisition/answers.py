"""The organizer's answers in the wizard about an acquisition challenge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from evaluators.kinds.acquisition.pricing import MAX_AMOUNT, Price
from evaluators.kinds.acquisition.specification import MAX_SELLERS
from evaluators.material.answers import Answer, Asked


class SellerAnswer(Answer):
    """A seller, identified by its value in the seller column. Without a price, each row costs one coin."""

    title: str = Field(default="", max_length=100)
    price: Price | None = None


class AcquisitionAnswers(Answer):
    """One market. The buyer's own rows come from a file of the table ``buyer``, or ``buyer_rows`` are split off."""

    budget: Annotated[
        float | None, Asked(empty="a quarter of what everything costs. Without prices a row costs one coin")
    ] = Field(default=None, gt=0, le=MAX_AMOUNT, title="Budget", description="What may be spent.")
    sellers: dict[str, SellerAnswer] = Field(default={}, max_length=MAX_SELLERS)
    buyer_rows: int = Field(
        default=100,
        ge=2,
        le=100_000,
        title="The buyer's own rows",
        description="Split off for the buyer, unless a file gives them.",
    )
    samples_each: int = Field(
        default=5, ge=0, le=100, title="Samples of each seller", description="Rows that are shown."
    )
    accuracy_weight: float = Field(default=0.98, gt=0, le=1)
