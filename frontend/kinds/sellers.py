"""A market as its buyer sees it: prices and public summaries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from evaluators.kinds.acquisition import Market
from frontend.kinds.base import public_name
from frontend.rows.public_data import PublicData

MAX_CLASSES = 4


@dataclass(frozen=True, slots=True)
class SellerFacts:
    """Facts of one seller's summary; ``correlation`` is the largest absolute one of a feature with the label."""

    rows: int
    dimensions: int
    correlation: float | None
    classes: str


@dataclass(frozen=True, slots=True)
class SellerView:
    name: str
    title: str
    words: str
    formula: str
    everything: float | None
    facts: SellerFacts | None


@dataclass(frozen=True, slots=True)
class MarketView:
    """``everything`` is the cost of all rows of all sellers, if known."""

    name: str
    title: str
    budget: float
    sellers: list[SellerView]
    everything: float | None
    summaries: str
    samples: str
    buyer: str


def market_view(public: PublicData, market: Market) -> MarketView:
    facts = public.document(market.summaries, _seller_facts) or []
    known = facts if len(facts) == len(market.sellers) else [None] * len(market.sellers)
    sellers = [_seller_view(seller, fact) for seller, fact in zip(market.sellers, known, strict=True)]
    costs = [seller.everything for seller in sellers if seller.everything is not None]
    return MarketView(
        name=market.name,
        title=market.shown,
        budget=market.budget,
        sellers=sellers,
        everything=sum(costs) if len(costs) == len(sellers) else None,
        summaries=public_name(market.summaries),
        samples=public_name(market.samples.files[0]) if market.samples is not None else "",
        buyer=public_name(market.buyer.files[0]),
    )


def amount(value: float) -> str:
    """An amount of money for display, with at most two decimals."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _seller_view(seller: Any, facts: SellerFacts | None) -> SellerView:
    words, formula = _PRICES[seller.price.method](seller.price)
    owned = f"{facts.rows:,}" if facts is not None else "N"
    return SellerView(
        name=seller.name,
        title=seller.title or seller.name,
        words=words,
        formula=formula.replace("N", owned),
        everything=float(seller.price.cost(facts.rows, facts.rows)) if facts is not None else None,
        facts=facts,
    )


def _linear(price: Any) -> tuple[str, str]:
    return f"{amount(price.full_price)} for all, a part in proportion", f"{amount(price.full_price)} · n / N"


def _volume_discount(price: Any) -> tuple[str, str]:
    full, discount = amount(price.full_price), f"{100 * price.discount:.4g}\u00a0%"
    words = f"{full} for all before a discount, which grows with what is bought, to {discount}"
    return words, f"{full} · q · (1 − {amount(price.discount)} · q), q = n / N"


def _fixed_plus_unit(price: Any) -> tuple[str, str]:
    fixed, unit = amount(price.fixed), f"{price.unit:.6g}"
    return f"{fixed} once, then {unit} a row", f"{fixed} + {unit} · n"


_PRICES = {"linear": _linear, "volume-discount": _volume_discount, "fixed-plus-unit": _fixed_plus_unit}


def _seller_facts(content: Any) -> list[SellerFacts]:
    """The facts of a summaries document that a page shows; the document was validated when it was loaded."""
    return [_facts(item) for item in content]


def _facts(item: dict[str, Any]) -> SellerFacts:
    try:
        # DataPerf's last column describes the label.
        dimensions = item["column_number"] - 1
        named = sorted(item["label_correlation"].items(), key=lambda pair: int(pair[0]))[:dimensions]
        # A constant feature has no correlation: NaN in DataPerf's files, null in ours because JSON has no NaN.
        finite = [abs(value) for _, value in named if value is not None and math.isfinite(value)]
        rows = item["row_number"]
        if type(rows) is not int or rows < 1:
            raise ValueError("row_number is not a whole number above zero")
        return SellerFacts(rows, dimensions, max(finite, default=None), _classes(item))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError("is not a summary") from error


def _classes(item: dict[str, Any]) -> str:
    """The largest classes with their shares."""
    counts = item.get("class_counts") or {}
    total = sum(counts.values())
    if not total:
        return ""
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    shown = [f"{name} {100 * count / total:.0f}\u00a0%" for name, count in ordered[:MAX_CLASSES] if count]
    return ", ".join(shown) + (", …" if len(ordered) > MAX_CLASSES else "")
