"""DataPerf's data acquisition (facebookresearch/Data_Acquisition_for_ML_Benchmark) as a bundle.

For market k, ``source`` has ``marketinfo/k/price/{budget,price}.txt``, ``marketinfo/k/data_buyer/20.csv`` and
``features/k/{i}.csv``: comma-separated numbers without a header, the label in the last column. The features are large
and not all of them are published; markets without features are left out. If ``marketinfo/k/summary/`` exists it is
copied, otherwise summaries are computed.

Sellers are ordered by their numbers; the offline evaluator uses the order in which the file system lists the files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.bundles.importers.notes import ImportNotes, root_of
from evaluators.bundles.importers.number_table import number_batches
from evaluators.bundles.importers.reading import json_of, text_of
from evaluators.kinds.acquisition.summaries import Batches, summarise
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.tables.writing import TableWriter, batches, new_bundle, table_of

BUYER = "20.csv"
TRIALS = 10
SUMMARY_ROWS = 512
"""How many rows are summarised at a time; this takes several arrays of that many rows."""

COLUMNS = {"id": None, "embedding": "embedding", "label": "label"}

DESCRIPTION = """\
In each of several marketplaces a buyer with a budget decides how many rows to buy from each seller, having seen no more
than prices, summaries and a few sample rows. A logistic regression is trained on what was bought and tested on the
buyer's own rows.

This is the *data acquisition* challenge of DataPerf (2023) with the data as published. Submissions made for it are
scored as its offline evaluator scores them. `score --scorer online` gives what DataPerf's site could have shown,
`--scorer corrected` the number without quirks.
"""

RULES = """\
- One file for each market, named after it: one line of whole numbers, the rows to buy from each seller in order.
- No number is below zero or above what the seller owns.
- The cost is within the market's budget. The offline evaluator does not enforce this; the scorers online and corrected
  do.
"""

DATA_CARD = """\
**Source.** facebookresearch/Data_Acquisition_for_ML_Benchmark, part of DataPerf (Chen et al. 2023, *Data acquisition: a
new frontier in data-centric AI*). Features by DistilBERT; the texts behind them were not published.

**Changed.** Only the form: tables are parquet files, a seller's price and rows are as they were. Where a market came
without summaries they were computed from its features.
"""


@dataclass(frozen=True, slots=True)
class _MarketFiles:
    """The paths of one market's files."""

    name: str
    info: Path
    sellers: list[Path]
    full_prices: list[float]
    budget: float


def import_bundle(source: Path, bundle: Path) -> list[str]:
    """Write one bundle with every market in ``source``; return what was noticed, in sentences.

    Memory is bounded by a group of rows and the summaries, however large a seller is.

    Raises:
        BundleError: a file is missing or isn't in the published format.
    """
    notes = ImportNotes(source)
    source = root_of(source, looks_like)
    markets = _markets(source, notes)
    specification = _specification()
    with new_bundle(bundle, specification) as work:
        values: set[float] = set()
        for market in markets:
            values |= _write_rows(market.info / "data_buyer" / BUYER, work / _buyer(market))
            for number, seller in enumerate(market.sellers):
                values |= _write_rows(seller, work / _seller(market, number))
        specification["classes"] = [_class_name(value) for value in sorted(values)]
        for market in markets:
            _write_summaries(market, work, specification["classes"], notes)
            has_samples = _write_samples(market, work, notes)
            specification["tasks"].append(_task(market, has_samples=has_samples))
            for path in (market.info / "data_buyer" / BUYER, *market.sellers):
                notes.use(path)
            for name in ("price.txt", "budget.txt"):
                notes.use(market.info / "price" / name)
    return notes.sentences(specification["licence"])


def looks_like(folder: Path) -> bool:
    """Whether the challenge's data lie in this folder."""
    return (folder / "marketinfo").is_dir()


def _markets(source: Path, notes: ImportNotes) -> list[_MarketFiles]:
    names = [path.name for path in (source / "marketinfo").glob("*") if path.name.isdecimal()]
    found = [name for name in sorted(names, key=int) if any((source / "features" / name).glob("*.csv"))]
    if 0 < len(found) < len(names):
        without = ", ".join(sorted(set(names) - set(found), key=int))
        notes.say(f"Markets without features are left out: {without}.")
    if not found:
        raise BundleError(Problem("there is no market with both marketinfo/K and features/K/I.csv.", file=source.name))
    return [_market(source, name) for name in found]


def _market(source: Path, name: str) -> _MarketFiles:
    info = source / "marketinfo" / name
    lines = [line.strip() for line in text_of(info / "price" / "price.txt").splitlines()]
    prices = [_full_price(line, f"{name}/price.txt") for line in lines if line]
    sellers = sorted((source / "features" / name).glob("*.csv"), key=lambda path: _number(path, name))
    if [path.stem for path in sellers] != [str(number) for number in range(len(prices))]:
        raise BundleError(
            Problem(
                f"price.txt has prices of {len(prices)} sellers, but there are other files than 0.csv to "
                f"{len(prices) - 1}.csv.",
                file=f"features/{name}",
            )
        )
    text = text_of(info / "price" / "budget.txt").strip()
    try:
        budget = float(text)
    except ValueError as error:
        raise BundleError(Problem(f"{quoted(text)} is not an amount.", file=f"{name}/budget.txt")) from error
    return _MarketFiles(name, info, sellers, prices, budget)


def _number(path: Path, market: str) -> int:
    if not path.stem.isdecimal():
        raise BundleError(Problem("is not named by a seller's number.", file=f"features/{market}/{path.name}"))
    return int(path.stem)


def _full_price(line: str, file: str) -> float:
    method, _, amount = line.partition(",")
    try:
        price = float(amount)
    except ValueError as error:
        raise BundleError(Problem(f"{quoted(line)} is not a price like 'lin,100'.", file=file)) from error
    if method.strip().lower() != "lin":
        raise BundleError(Problem(f"there is no pricing {quoted(method)}, only 'lin'.", file=file))
    return price


def _write_rows(source: Path, target: Path) -> set[float]:
    """Write a table of numbers with the label last; return the labels that occur.

    Features were computed in single precision, but only a text with all their digits shows it. So the table is written
    in float32 if every number keeps its value there, otherwise in float64.
    """
    for dtype in (np.float32, np.float64):
        labels = _try_rows(source, target, dtype)
        if labels is not None:
            return labels
        target.unlink(missing_ok=True)
    raise AssertionError("every number survives double precision")


def _try_rows(source: Path, target: Path, dtype: type[np.floating[Any]]) -> set[float] | None:
    labels: set[float] = set()
    with TableWriter(target) as writer:
        for numbers in number_batches(source):
            with np.errstate(over="ignore"):
                vectors = numbers[:, :-1].astype(dtype)
            if not np.array_equal(vectors, numbers[:, :-1], equal_nan=True):
                return None
            values, places = np.unique(numbers[:, -1], return_inverse=True)
            labels |= set(values.tolist())
            names = [_class_name(value) for value in values.tolist()]
            writer.add(table_of({"label": [names[place] for place in places.tolist()], "embedding": vectors}))
    return labels


def _class_name(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _write_summaries(market: _MarketFiles, work: Path, classes: list[str], notes: ImportNotes) -> None:
    summaries = []
    computed = 0
    for number, seller in enumerate(market.sellers):
        published = market.info / "summary" / f"{seller.name}.json"
        if published.is_file():
            # JSON has no NaN: the correlation of a constant column becomes null.
            summaries.append(json_of(notes.use(published)))
        else:
            computed += 1
            summaries.append(summarise(_batches_of(work / _seller(market, number), classes), classes))
    path = work / _summaries(market)
    path.write_text(json.dumps(summaries, separators=(",", ":"), allow_nan=False), encoding="utf-8")
    if computed:
        notes.say(
            f"Market {market.name} came without summaries of {computed} sellers; they were computed from their rows."
        )


def _batches_of(path: Path, classes: list[str]) -> Batches:
    numbers = {name: number for number, name in enumerate(classes)}

    def iterate() -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        for batch in batches(path, ["embedding", "label"]):
            vectors = batch.column("embedding").combine_chunks().flatten().to_numpy().reshape(len(batch), -1)
            labels = np.array([numbers[name] for name in batch.column("label").to_pylist()], np.int64)
            for start in range(0, len(batch), SUMMARY_ROWS):
                yield vectors[start : start + SUMMARY_ROWS], labels[start : start + SUMMARY_ROWS]

    return iterate


def _write_samples(market: _MarketFiles, work: Path, notes: ImportNotes) -> bool:
    """Write the sample rows of all sellers that have some; return whether there are any."""
    path = work / _samples(market)
    with TableWriter(path) as writer:
        for number, seller in enumerate(market.sellers):
            published = market.info / "summary" / f"{seller.name}samples.csv"
            if published.is_file():
                for numbers in number_batches(notes.use(published), delimiter=" "):
                    labels = [_class_name(value) for value in numbers[:, -1].tolist()]
                    sellers = [str(number)] * len(labels)
                    writer.add(table_of({"seller": sellers, "label": labels, "embedding": numbers[:, :-1]}))
    return path.is_file()


def _buyer(market: _MarketFiles) -> str:
    return f"public/{market.name}-buyer.parquet"


def _seller(market: _MarketFiles, number: int) -> str:
    return f"hidden/{market.name}-seller-{number}.parquet"


def _summaries(market: _MarketFiles) -> str:
    return f"public/{market.name}-summaries.json"


def _samples(market: _MarketFiles) -> str:
    return f"public/{market.name}-samples.parquet"


def _specification() -> dict[str, Any]:
    """The specification without its classes and markets."""
    return {
        "format": 1,
        "kind": "acquisition",
        "slug": "dataperf-acquisition",
        "title": "DataPerf: data acquisition",
        "summary": "Spend a budget on training data in marketplaces where only prices and summaries can be seen.",
        "domain": "text",
        "licence": "As published in facebookresearch/Data_Acquisition_for_ML_Benchmark (Apache-2.0, © Meta Platforms)",
        "description": DESCRIPTION,
        "rules": RULES,
        "data_card": DATA_CARD,
        "metric": "score",
        "seeds": list(range(TRIALS)),
        "scorer": "reference",
        "reference": "dataperf-acquisition",
        "model": {"name": "logistic-regression"},
        "accuracy_weight": 0.98,
        "classes": [],
        "tasks": [],
    }


def _task(market: _MarketFiles, *, has_samples: bool) -> dict[str, Any]:
    task: dict[str, Any] = {
        "name": market.name,
        "title": f"Market {market.name}",
        "budget": market.budget,
        "buyer": {"files": [_buyer(market)], **COLUMNS},
        "summaries": _summaries(market),
    }
    if has_samples:
        task["samples"] = {"files": [_samples(market)], **COLUMNS, "group": "seller"}
    task["sellers"] = [
        {
            "name": str(number),
            "title": f"Seller {number}",
            "price": {"method": "linear", "full_price": price},
            "data": {"files": [_seller(market, number)], **COLUMNS},
        }
        for number, price in enumerate(market.full_prices)
    ]
    return task
