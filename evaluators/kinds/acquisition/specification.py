"""The specification of an acquisition challenge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from evaluators.kinds.acquisition.metrics import ONLINE_ACCURACY, PURCHASE_SCORE
from evaluators.kinds.acquisition.pricing import MAX_AMOUNT, LinearPrice, Price
from evaluators.kinds.acquisition.summaries import read_summary
from evaluators.learning.metrics.accuracy import ACCURACY
from evaluators.problems.invalid import refuse
from evaluators.problems.problem import Problem
from evaluators.specification.challenge import (
    NAME,
    PlannedTable,
    Specification,
    Task,
    checked_classes,
)
from evaluators.specification.model import Model
from evaluators.specification.table import SpecificationModel, Table, is_data_file

MAX_SELLERS = 64
MAX_DIGITS = 18
"""Maximum digits of a number of rows; longer numbers do not fit in 64 bits, and no seller owns that many rows."""

ONLINE_SEED = 0
"""DataPerf's site drew without a seed."""

METRICS = (PURCHASE_SCORE.name, ACCURACY.name, ONLINE_ACCURACY.name)


class Seller(SpecificationModel):
    """A seller of rows: ``data`` holds the hidden, labelled rows, which have no ids."""

    name: str = Field(pattern=NAME, max_length=40)
    title: str = Field(default="", max_length=100)
    price: Price
    data: Table

    @model_validator(mode="after")
    def _rows_can_be_sold(self) -> Self:
        if self.data.public:
            raise ValueError("data: what is for sale is hidden: its files belong in hidden/")
        if self.data.embedding is None or self.data.label is None or self.data.id is not None:
            raise ValueError("data: sold rows have an embedding and a label and no id (id: null)")
        return self


class Market(Task):
    """One marketplace: a buyer with ``budget`` and ``sellers``.

    ``buyer`` are the buyer's own rows, public and labelled. Accuracy is measured on the hidden rows ``test``, or on the
    buyer's rows if there is no ``test``. ``summaries`` is a public JSON document: a list with one object for each
    seller in their order, see ``summaries``. ``samples`` are a few public rows of the sellers; their ``group`` names
    the seller.
    """

    budget: float = Field(gt=0, le=MAX_AMOUNT, title="Budget", description="What may be spent in this market.")
    buyer: Table
    test: Table | None = None
    summaries: str
    samples: Table | None = None
    sellers: list[Seller] = Field(min_length=1, max_length=MAX_SELLERS)

    @field_validator("summaries")
    @classmethod
    def _public_document(cls, name: str) -> str:
        if not name.startswith("public/") or not is_data_file(name, ".json"):
            raise ValueError(f"'{name}' is not public/NAME.json")
        return name

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        refuse(self._disagreements())
        return self

    def _disagreements(self) -> Iterator[str | Problem]:
        for role, table in (("buyer", self.buyer), ("test", self.test), ("samples", self.samples)):
            if table is not None and (table.embedding is None or table.label is None):
                yield f"{role}: the columns of embeddings and labels are missing"
        if not self.buyer.public or (self.samples is not None and not self.samples.public):
            yield Problem("buyer and samples are public: their files belong in public/.", field="buyer")
        if self.test is not None and self.test.public:
            yield Problem("test rows are hidden: their files belong in hidden/.", field="test")
        if self.samples is not None and self.samples.group is None:
            yield "samples: the column that names the seller is missing (group)"
        names = [seller.name.lower() for seller in self.sellers]
        if len(set(names)) != len(names):
            yield "sellers: a name is used twice; capitals make no difference"

    @property
    def buyer_table(self) -> str:
        return f"buyer-{self.name}"

    @property
    def test_table(self) -> str:
        """The table on which accuracy is measured."""
        return f"test-{self.name}" if self.test is not None else self.buyer_table

    @property
    def samples_table(self) -> str:
        return f"samples-{self.name}"

    @cached_property
    def seller_tables(self) -> list[str]:
        """The name of each seller's table, in the sellers' order."""
        return [f"seller-{self.name}-{number}" for number in range(len(self.sellers))]


class AcquisitionSpecification(Specification):
    """An *acquisition* challenge: in each market, say how many rows to buy from each seller within the budget.

    A market's score under a seed is ``accuracy_weight · accuracy + (1 − accuracy_weight) · (budget − cost) / budget``.
    Each seed is a trial with another draw of the purchased rows.
    """

    kind: Literal["acquisition"]
    reference: Literal["dataperf-acquisition"] | None = None

    classes: list[str] = Field(min_length=2, max_length=1000)
    tasks: list[Market] = Field(min_length=1, max_length=50)
    model: Model
    accuracy_weight: float = Field(
        default=0.98,
        gt=0,
        le=1,
        title="Weight of the accuracy",
        description="The rest of the score is for money left over.",
    )

    _checked = field_validator("classes")(checked_classes)

    def disagreements(self) -> Iterator[str | Problem]:
        prices = [seller.price for market in self.tasks for seller in market.sellers]
        if self.reference and not all(isinstance(price, LinearPrice) for price in prices):
            yield "reference: the offline evaluator has linear prices only"
        names = self.documents
        if len(set(names)) != len(names):
            yield "summaries: two markets name the same document"

    def final_tables(self) -> dict[str, Table | None]:
        return {market.name: market.final for market in self.tasks}

    def test_tables(self) -> dict[str, str]:
        return {market.name: market.test_table for market in self.tasks}

    @classmethod
    def metrics(cls) -> tuple[str, ...]:
        return METRICS

    @property
    def keeps_last_rows(self) -> bool:
        """Whether nobody may buy a seller's last row, nor nothing at all: DataPerf's site could not train then."""
        return self.scorer == "online"

    @cached_property
    def markets(self) -> dict[str, Market]:
        return {market.name: market for market in self.tasks}

    def tables(self) -> dict[str, PlannedTable]:
        planned: dict[str, Table] = {}
        for market in self.tasks:
            planned[market.buyer_table] = market.buyer
            if market.test is not None:
                planned[market.test_table] = market.test
            if market.samples is not None:
                planned[market.samples_table] = market.samples
            planned |= {name: seller.data for name, seller in zip(market.seller_tables, market.sellers, strict=True)}
        return {name: PlannedTable(table, tuple(self.classes)) for name, table in planned.items()}

    @property
    def documents(self) -> list[str]:
        return [market.summaries for market in self.tasks]

    def check_document(self, name: str, content: Any, counts: Mapping[str, int]) -> None:
        market = next(market for market in self.tasks if market.summaries == name)
        if not isinstance(content, list) or len(content) != len(market.sellers):
            raise ValueError(f"is not a list of {len(market.sellers)} summaries, one for each seller")
        for seller, table, item in zip(market.sellers, market.seller_tables, content, strict=True):
            try:
                rows = read_summary(item).rows
            except ValueError as error:
                raise ValueError(f"the summary of '{seller.name}' {error}") from error
            # Summaries published in 2023 are accepted as they are.
            if rows != counts[table] and self.reference is None:
                raise ValueError(f"says that '{seller.name}' owns {rows} rows; the data have {counts[table]}")

    def scoring_part(self) -> dict[str, Any]:
        part = super().scoring_part()
        for market in part["tasks"]:
            for seller in market["sellers"]:
                del seller["title"]
        return part

    @property
    def max_file_bytes(self) -> int:
        # One line holds a market name, a seller name, a number, their quotes (each may be doubled) and the line end.
        line = 2 * (40 + 40 + MAX_DIGITS) + 16
        return max(64 * 1024, sum(len(market.sellers) + 1 for market in self.tasks) * line)
