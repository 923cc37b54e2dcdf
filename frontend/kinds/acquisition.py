"""Acquisitions: what a buyer sees of each market, and the outcome of a purchase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaluators.kinds.acquisition import AcquisitionSpecification, Market
from evaluators.registry import METRICS
from frontend.kinds.base import Bar, Example, Fact, KindPages, Other, model_fact, public_name
from frontend.kinds.sellers import MarketView, amount, market_view
from frontend.plots.scatter import Mark, Scatter, scatter_plot
from frontend.rows.public_data import PublicData


@dataclass(frozen=True, slots=True)
class Bought:
    """One line of a purchase: bars for the money and for the rows, each in percent of the largest."""

    seller: str
    rows: Bar
    spent: Bar


@dataclass(frozen=True, slots=True)
class MarketOutcome:
    """``bought`` is empty for readers outside the team. ``draws`` says how far other draws of the rows are apart."""

    name: str
    title: str
    budget: float
    cost: float
    bought: list[Bought]
    unsold: int
    plot: Scatter | None
    draws: dict[str, float] | None


@dataclass(frozen=True)
class AcquisitionPages(KindPages):
    specification: AcquisitionSpecification
    compares = True
    reads_specification = True
    endings = (".txt", ".csv", ".zip")

    @property
    def seed_note(self) -> str:
        if METRICS[self.specification.metric].base:
            return "that of the draw that is scored; other draws show how far apart they are"
        return "each is a trial: another draw of the rows that were bought"

    @property
    def board_metrics(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(name for name in ("accuracy", "cost") if name != self.specification.metric)

    @property
    def score_term(self) -> str:  # type: ignore[override]
        return "Ranked by" if self.specification.metric == "score" else "Score"

    @property
    def facts(self) -> list[Fact]:
        specification = self.specification
        weight = specification.accuracy_weight
        budgets = sorted({market.budget for market in specification.tasks})
        shown = " to ".join(amount(budget) for budget in dict.fromkeys([budgets[0], budgets[-1]]))
        metric = METRICS[specification.metric]
        formula = f"{weight:.6g} · accuracy + {1 - weight:.6g} · (budget − cost) / budget"
        return [
            model_fact(specification),
            Fact("Score of a market", metric.formula if metric.base else formula),
            Fact("Budget", shown + (" a market" if self.several else "")),
        ]

    @property
    def limits(self) -> str:
        spend = "all together for at most the budget"
        if self.specification.keeps_last_rows:
            spend += ", and never all rows of a seller"
        elif self.published:
            spend = "what is spent beyond the budget counts against the score"
        return f"For each seller a whole number of rows, at most those owned; {spend}."

    @property
    def hint(self) -> str:
        if self.several:
            return "One TXT or CSV for each market, or one CSV with a column “task”"
        return "One TXT or CSV"

    @property
    def examples(self) -> list[Example]:
        first = self.specification.tasks[0]
        numbers = [str(number) for number in _some_rows(len(first.sellers))]
        lines = [f"{seller.name},{rows}" for seller, rows in zip(first.sellers, numbers, strict=True) if rows != "0"]
        found = [
            Example(
                "numbers",
                f"{first.name}.txt, as DataPerf had it: rows of each seller, in their order",
                ",".join(numbers),
            ),
            Example(
                "sellers",
                f"{first.name}.csv: sellers who are not named sell nothing",
                "\n".join(["seller,rows", *lines]),
            ),
        ]
        if self.several:
            lines = [f"{market.name},{market.sellers[0].name},120" for market in self.specification.tasks[:3]]
            found.append(
                Example("together", "One CSV for all markets, any name", "\n".join(["task,seller,rows", *lines]))
            )
        return found

    @property
    def fetch(self) -> list[str]:
        return [public_name(market.summaries) for market in self.specification.tasks]

    @property
    def python(self) -> str:
        slug = self.specification.slug
        return (
            "import json\n\n"
            "# What the API says of the challenge: sellers, prices, budgets.\n"
            f'challenge = json.load(open("{slug}.json"))["specification"]\n'
            'with open("purchase.csv", "w") as file:\n'
            '    print("task,seller,rows", file=file)\n'
            '    for market in challenge["tasks"]:\n'
            '        summaries = json.load(open(market["summaries"].removeprefix("public/")))\n'
            '        owned = [summary["row_number"] for summary in summaries]\n'
            '        share = market["budget"] / len(owned)  # do better here: as much money for everyone\n'
            '        for seller, rows in zip(market["sellers"], owned):\n'
            '            price = seller["price"]\n'
            '            if price["method"] == "fixed-plus-unit":\n'
            '                part = max(0, share - price["fixed"]) / price["unit"] / rows\n'
            "            else:  # a discount only makes it cheaper\n"
            '                part = share / price["full_price"]\n'
            '            print(market["name"], seller["name"], int(min(1, part) * rows), sep=",", file=file)'
        )

    @property
    def send(self) -> list[str]:
        return ["purchase.csv"]

    def data(self, public: PublicData) -> list[MarketView]:
        return [market_view(public, market) for market in self.specification.tasks]

    def outcome(
        self, public: PublicData, result: dict[str, Any], others: Sequence[Other], *, whole: bool
    ) -> list[MarketOutcome] | None:
        tasks = result.get("tasks", {})
        return [
            _market_outcome(market, result, others, whole=whole)
            for market in self.specification.tasks
            if market.name in tasks
        ] or None


def _some_rows(sellers: int) -> list[int]:
    """Numbers of rows for an example, some of them zero."""
    return [(120, 0, 45)[place % 3] for place in range(sellers)]


def _market_outcome(market: Market, result: dict[str, Any], others: Sequence[Other], *, whole: bool) -> MarketOutcome:
    slices = result.get("slices", {}).get(market.name, {}) if whole else {}
    rows, spent = slices.get("rows", {}), slices.get("spent", {})
    most_rows, most_spent = max(rows.values(), default=0.0) or 1.0, max(spent.values(), default=0.0) or 1.0
    bought = [
        Bought(
            seller=seller.title or seller.name,
            rows=Bar(seller.name, rows[seller.name], round(100 * rows[seller.name] / most_rows, 2)),
            spent=Bar(
                seller.name, spent.get(seller.name, 0.0), round(100 * spent.get(seller.name, 0.0) / most_spent, 2)
            ),
        )
        for seller in market.sellers
        if rows.get(seller.name)
    ]
    found = result["tasks"][market.name]
    return MarketOutcome(
        name=market.name,
        title=market.shown,
        budget=market.budget,
        cost=found.get("cost", 0.0),
        bought=sorted(bought, key=lambda line: -line.spent.value),
        unsold=len(market.sellers) - len(bought) if rows else 0,
        plot=_plot(market, found, others),
        draws=result.get("slices", {}).get(market.name, {}).get("draws"),
    )


def _plot(market: Market, found: dict[str, float], others: Sequence[Other]) -> Scatter | None:
    marks = [
        Mark(other.name, place[0], place[1])
        for other in others
        if (place := _cost_and_accuracy(other.result.get("tasks", {}).get(market.name, {}))) is not None
    ]
    own = _cost_and_accuracy(found)
    if own is None:
        return None
    return scatter_plot(Mark("this entry", *own), marks, limit=market.budget)


def _cost_and_accuracy(metrics: dict[str, float]) -> tuple[float, float] | None:
    return (metrics["cost"], metrics["accuracy"]) if {"cost", "accuracy"} <= metrics.keys() else None
