"""Parse the files of an acquisition into purchases and their costs, explaining every problem.

This is the part of the kind that loads little: of the sellers' rows it only uses their number, which is public.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.acquisition.orders import Order, orders_by_market
from evaluators.kinds.acquisition.pricing import exact
from evaluators.kinds.acquisition.specification import MAX_DIGITS, AcquisitionSpecification, Market
from evaluators.kinds.scores import TaskReport
from evaluators.problems.problem import Problem, SubmissionError, quoted
from evaluators.submissions.numbers import as_python_reads
from evaluators.submissions.uploads import Upload

MAX_TRAINED_BYTES = 1 << 30
"""Limit on the double-precision vectors of one market in a reference scorer, in bytes; it holds about two copies."""

_WHOLE = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, slots=True)
class Purchase:
    """The purchase in one market: rows and cost for each seller, in the sellers' order."""

    market: Market
    owned: list[int]
    n_rows: list[int]
    costs: list[Fraction]

    @property
    def cost(self) -> Fraction:
        return sum(self.costs, Fraction(0))

    def report(self) -> TaskReport:
        sellers = sum(1 for rows in self.n_rows if rows)
        return TaskReport(
            task=self.market.name,
            title=self.market.shown,
            line=f"{sum(self.n_rows)} rows from {sellers} of {len(self.n_rows)} sellers "
            f"for {amount(self.cost)} of {amount(exact(self.market.budget))}",
            counts=self.by_seller([float(rows) for rows in self.n_rows]),
        )

    def by_seller(self, values: list[float]) -> dict[str, float]:
        return {seller.name: value for seller, value in zip(self.market.sellers, values, strict=True)}

    def slices(self) -> dict[str, dict[str, float]]:
        """``rows`` and ``spent`` for each seller."""
        return {
            "rows": self.by_seller([float(rows) for rows in self.n_rows]),
            "spent": self.by_seller([float(cost) for cost in self.costs]),
        }


@dataclass(frozen=True, slots=True)
class AcquisitionSubmission:
    """A complete, valid submission."""

    purchases: list[Purchase]

    def reports(self) -> tuple[TaskReport, ...]:
        return tuple(purchase.report() for purchase in self.purchases)


def read(dataset: PreparedDataset, uploads: Sequence[Upload]) -> AcquisitionSubmission:
    """Read and check a whole submission.

    Raises:
        SubmissionError: with every problem found, up to the number that is shown.
    """
    return _read(dataset, uploads, within_budget=True)


def read_reference(dataset: PreparedDataset, uploads: Sequence[Upload]) -> AcquisitionSubmission:
    """Read a submission as the offline evaluator does: the budget is not enforced.

    Numbers are what Python's ``int`` reads, as on DataPerf's site: ``1_000``, and digits of any script. The offline
    evaluator fails on a number below zero or above what the seller owns, and needs one number for each seller, so
    violations of these rules are refused here too. As no budget limits the training data, ``MAX_TRAINED_BYTES`` does.

    Raises:
        SubmissionError: as ``read``.
    """
    return _read(dataset, uploads, within_budget=False, as_published=True)


def read_online(dataset: PreparedDataset, uploads: Sequence[Upload]) -> AcquisitionSubmission:
    """Read a submission as DataPerf's site did (Dynabench, January 2023): the budget is enforced.

    The site's evaluator never drew a seller's last row and failed on a purchase of all rows, or of none at all, so
    these are refused here.

    Raises:
        SubmissionError: as ``read``.
    """
    return _read(dataset, uploads, within_budget=True, as_published=True, online=True)


def _read(
    dataset: PreparedDataset,
    uploads: Sequence[Upload],
    *,
    within_budget: bool,
    as_published: bool = False,
    online: bool = False,
) -> AcquisitionSubmission:
    specification = AcquisitionSpecification.expect(dataset.specification)
    problems: list[Problem] = []
    purchases = []
    for name, orders in orders_by_market(specification, uploads).items():
        market = specification.markets[name]
        owned = [len(dataset.table(table)) for table in market.seller_tables]
        if as_published:
            orders = [replace(order, rows=as_python_reads(order.rows)) for order in orders]
        rows, found = _rows(market, owned, orders)
        if not found:
            purchases.append(_purchase(market, owned, rows))
            if within_budget:
                found = _over_budget(purchases[-1], orders[0].file)
            dimensions = dataset.table(market.buyer_table).embedding.shape[1]
            if as_published:
                found += _over_memory(purchases[-1], dimensions, orders[0].file)
            if online:
                found += _undrawable(purchases[-1], orders)
        problems += found
    if problems:
        raise SubmissionError(problems)
    return AcquisitionSubmission(purchases)


def _rows(market: Market, owned: list[int], orders: list[Order]) -> tuple[dict[str, int], list[Problem]]:
    """The rows bought from each listed seller, and the problems in the orders."""
    stock = dict(zip((seller.name for seller in market.sellers), owned, strict=True))
    rows: dict[str, int] = {}
    first: dict[str, Order] = {}
    problems = []
    for order in orders:
        earlier = first.setdefault(order.seller, order)
        if order.seller not in stock:
            problems.append(_unknown(market, order))
        elif earlier is not order:
            problems.append(
                Problem(
                    f"{quoted(order.seller)} already has a number, in line {earlier.line}.",
                    "Name each seller once.",
                    order.file,
                    order.line,
                    "seller",
                )
            )
        elif (wrong := _wrong_number(order, stock[order.seller])) is not None:
            problems.append(Problem(*wrong, order.file, order.line, order.field))
        else:
            rows[order.seller] = _whole(order.rows)
    return rows, problems


def _unknown(market: Market, order: Order) -> Problem:
    names = [seller.name for seller in market.sellers]
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    what = f"{quoted(order.seller)} is not a seller" if order.seller else "no seller is named"
    return Problem(f"{what} in this market.", f"The sellers are {shown}.", order.file, order.line, "seller")


def _wrong_number(order: Order, owned: int) -> tuple[str, str] | None:
    """What is wrong with a number of rows, and what would be right; None if nothing is."""
    text, remedy = order.rows, f"Write a whole number from 0 to {owned}."
    if not text:
        return "there is no number.", remedy
    if _WHOLE.fullmatch(text) is None:
        return f"{quoted(text)} is not a whole number.", remedy
    if text.startswith("-") and text.strip("-0"):
        return f"{quoted(text)} is below zero: nothing can be sold back.", remedy
    # Python refuses to parse numbers with thousands of digits.
    if len(text.lstrip("+-0")) > MAX_DIGITS or _whole(text) > owned:
        return f"{quoted(text)} is more than the {owned} rows that the seller owns.", remedy
    return None


def _whole(text: str) -> int:
    """Parse a non-negative number. It may have thousands of leading zeros, which ``int`` would refuse."""
    return int(text.lstrip("+-0") or "0")


def _purchase(market: Market, owned: list[int], rows: dict[str, int]) -> Purchase:
    bought = [rows.get(seller.name, 0) for seller in market.sellers]
    costs = [
        seller.price.cost(count, total) for seller, count, total in zip(market.sellers, bought, owned, strict=True)
    ]
    return Purchase(market, owned, bought, costs)


def _over_budget(purchase: Purchase, file: str) -> list[Problem]:
    budget = exact(purchase.market.budget)
    over = purchase.cost - budget
    if over <= 0:
        return []
    dearest = max(range(len(purchase.costs)), key=lambda place: purchase.costs[place])
    name, cost = purchase.market.sellers[dearest].name, amount(purchase.costs[dearest])
    return [
        Problem(
            f"the task '{purchase.market.name}' costs {amount(purchase.cost)} of {amount(budget)}: "
            f"{amount(over)} too much.",
            f"Buy fewer rows; most is spent on '{name}' ({cost}).",
            file=file,
        )
    ]


def _over_memory(purchase: Purchase, dimensions: int, file: str) -> list[Problem]:
    rows, most = sum(purchase.n_rows), MAX_TRAINED_BYTES // (8 * dimensions)
    if rows <= most:
        return []
    return [
        Problem(
            f"the task '{purchase.market.name}' buys {rows} rows, more than the {most} that can be trained on here: "
            "the offline evaluator would try, with whatever memory it takes.",
            "Buy fewer rows.",
            file=file,
        )
    ]


def _undrawable(purchase: Purchase, orders: Sequence[Order]) -> list[Problem]:
    """Purchases with which the site's evaluator failed: it drew distinct rows, of all but the last."""
    if not any(purchase.n_rows):
        message = f"nothing is bought in the task '{purchase.market.name}', and nothing can be trained on it."
        return [Problem(message, "Buy rows of at least one seller.", orders[0].file)]
    owned = dict(zip((seller.name for seller in purchase.market.sellers), purchase.owned, strict=True))
    bought = dict(zip(owned, purchase.n_rows, strict=True))
    return [
        Problem(
            f"all {owned[order.seller]} rows of the seller are bought; DataPerf's site never sold the last one.",
            f"Write at most {owned[order.seller] - 1}.",
            order.file,
            order.line,
            order.field,
        )
        for order in orders
        if bought[order.seller] == owned[order.seller]
    ]


def amount(value: Fraction) -> str:
    """An amount formatted for display, with at most six decimals; a smaller positive amount is never shown as 0."""
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return "less than 0.000001" if text == "0" and value else text
