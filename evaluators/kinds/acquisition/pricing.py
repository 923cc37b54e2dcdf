"""The price of a purchase: one small model per pricing method, chosen by ``method``.

Let *n* be the rows bought, *N* the rows owned and *q* = *n*/*N*:

=====================  =====================================  ======================================================
``linear``             full_price · q                         the only method in DataPerf ("lin")
``volume-discount``    full_price · q · (1 − discount · q)    each further row costs less; the discount is at most
                                                              half, so that no further row has a negative price
``fixed-plus-unit``    0 for n = 0, else fixed + unit · n     a contract fee: expensive for few rows, cheap for many
=====================  =====================================  ======================================================

Every cost is 0 for no rows and never falls when more rows are bought. Costs are exact fractions of the numbers as
written in the specification, so that spending a budget to the last cent never fails because of rounding, and the order
in which sellers are added does not matter.
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
    """``full_price`` is the price of all rows; a fraction of the rows costs the same fraction of it."""

    method: Literal["linear"]
    full_price: PositiveAmount

    def cost(self, rows: int, owned: int) -> Fraction:
        return exact(self.full_price) * rows / owned


class VolumeDiscountPrice(SpecificationModel):
    """``full_price``: price of all rows before the discount; ``discount``: fraction taken off for buying all."""

    method: Literal["volume-discount"]
    full_price: PositiveAmount
    discount: float = Field(ge=0, le=0.5)

    def cost(self, rows: int, owned: int) -> Fraction:
        bought = Fraction(rows, owned)
        return exact(self.full_price) * bought * (1 - exact(self.discount) * bought)


class FixedPlusUnitPrice(SpecificationModel):
    """``fixed`` is charged once if any row is bought, ``unit`` for each row."""

    method: Literal["fixed-plus-unit"]
    fixed: Amount
    unit: PositiveAmount

    def cost(self, rows: int, owned: int) -> Fraction:
        return exact(self.fixed) + exact(self.unit) * rows if rows else Fraction(0)


Price = Annotated[LinearPrice | VolumeDiscountPrice | FixedPlusUnitPrice, Field(discriminator="method")]


def exact(amount: float) -> Fraction:
    """The decimal number as written, not the nearest binary one."""
    return Fraction(repr(float(amount)))


def affordable(price: Price, owned: int, amount: Fraction) -> int:
    """The most of a seller's ``owned`` rows that ``amount`` buys. Bisection works because cost never falls."""
    least, most = 0, owned
    while least < most:
        middle = (least + most + 1) // 2
        if price.cost(middle, owned) <= amount:
            least = middle
        else:
            most = middle - 1
    return least
