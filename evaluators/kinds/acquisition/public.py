"""What anyone may read of an acquisition's specification."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from evaluators.kinds.public import PublicModel, PublicSpecification, PublicTable, PublicTask


class PublicPrice(PublicModel):
    """The parameters of the pricing method; those of other methods are absent."""

    model_config = ConfigDict(title="Price")

    method: Literal["linear", "volume-discount", "fixed-plus-unit"]
    full_price: float = 0.0
    discount: float = 0.0
    fixed: float = 0.0
    unit: float = 0.0


class PublicSeller(PublicTask):
    model_config = ConfigDict(title="Seller")

    price: PublicPrice


class PublicMarket(PublicTask):
    model_config = ConfigDict(title="Market")

    budget: float
    buyer: PublicTable
    samples: PublicTable | None
    summaries: str
    sellers: list[PublicSeller]


class PublicAcquisition(PublicSpecification):
    model_config = ConfigDict(title="AcquisitionSpecification")

    kind: Literal["acquisition"]
    tasks: list[PublicMarket]
    classes: list[str]
    accuracy_weight: float
