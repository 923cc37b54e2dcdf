"""What a purchase costs: one small model for each way of pricing, chosen by ``method``.

Let *n* be the rows bought, *N* the rows owned and *q* = *n*/*N*:

=====================  =====================================  ======================================================
``linear``             full_price · q                         DataPerf's only one ("lin")
``volume-discount``    full_price · q · (1 − discount · q)    each further row costs less; at most half off in all, so
                                                              that no further row is ever paid back
``fixed-plus-unit``    0 for n = 0, else fixed + unit · n     a fee for the contract; dear for little, cheap for much
=====================  =====================================  ======================================================

Every cost is 0 for nothing and never falls when more is bought. Costs are exact fractions of the numbers as they are
written in the specification: whoever spends a budget to its last cent is not refused for a rounding error, and the
order in which sellers are added cannot matter.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from evaluators.specification.table import SpecificationModel

MAX_AMOUNT = 1e12

Amount = Annotated[float, Field(ge=0, le=MAX_AMOUNT)]
PositiveAmount = Annotated[float, Field(gt=0, le=MAX_AMOUNT)]


class LinearPrice(SpecificationModel):
    """``full_price`` is the price of everything; a part of the rows costs the same part of it."""

    method: Literal["linear"]
    full_price: PositiveAmount

    def cost(self, rows: int, owned: int) -> Fraction:
        return exact(self.full_price) * rows / owned


class VolumeDiscountPrice(SpecificationModel):
    """``full_price`` is that of everything before the discount, ``discount`` the part taken off for buying it all."""

    method: Literal["volume-discount"]
    full_price: PositiveAmount
    discount: float = Field(ge=0, le=0.5)

    def cost(self, rows: int, owned: int) -> Fraction:
        bought = Fraction(rows, owned)
        return exact(self.full_price) * bought * (1 - exact(self.discount) * bought)


class FixedPlusUnitPrice(SpecificationModel):
    """``fixed`` is owed once anything is bought, ``unit`` for each row."""

    method: Literal["fixed-plus-unit"]
    fixed: Amount
    unit: PositiveAmount

    def cost(self, rows: int, owned: int) -> Fraction:
        return exact(self.fixed) + exact(self.unit) * rows if rows else Fraction(0)


Price = Annotated[LinearPrice | VolumeDiscountPrice | FixedPlusUnitPrice, Field(discriminator="method")]


def exact(amount: float) -> Fraction:
    """The decimal number that was written, not the binary one nearest to it."""
    return Fraction(repr(float(amount)))


def affordable(price: Price, owned: int, amount: Fraction) -> int:
    """The most rows that ``amount`` buys from a seller of ``owned`` rows: bisection, as no cost ever falls."""
    least, most = 0, owned
    while least < most:
        middle = (least + most + 1) // 2
        if price.cost(middle, owned) <= amount:
            least = middle
        else:
            most = middle - 1
    return least
