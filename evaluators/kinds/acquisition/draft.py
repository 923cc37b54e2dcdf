"""Drafts an acquisition challenge with one market from the organizer's material."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.kinds.acquisition.answers import AcquisitionAnswers, SellerAnswer
from evaluators.kinds.acquisition.pricing import LinearPrice, exact
from evaluators.kinds.acquisition.specification import MAX_SELLERS
from evaluators.kinds.acquisition.summaries import summarise
from evaluators.material.defaults import scoring
from evaluators.material.material import Index, Material, Piece, classes_of, labelled, test_and_final
from evaluators.material.writing import Tables, table
from evaluators.problems.problem import BundleError, Problem, quoted

SUMMARIES = "public/summaries.json"
PART_OF_ALL = 4
"""The default budget buys one row in this many."""


def draft_acquisition(material: Material[AcquisitionAnswers], tables: Tables) -> dict[str, Any]:
    """Write the tables and the summaries; return the fields of challenge.yaml that only an acquisition has."""
    answers = material.own
    sold = material.texts("rows", "label", "true label")
    right = {part: material.texts(part, "true label", "label") for part in material.parts}
    owners = material.texts("rows", "seller", "group")
    material.classes = classes_of(material, [sold, *right.values()])
    names = _names(owners)
    _known_sellers(answers.sellers, names)
    candidates = labelled(material, material.all_of("rows"), sold)
    has_owner = np.array([owners[row] != "" for row in candidates.index.tolist()], bool)
    if not has_owner.all():
        material.notes.append(f"{int((~has_owner).sum())} rows without a seller are left out.")
    test, final, rest = test_and_final(material, Piece("rows", candidates.index[has_owner]), right)
    buyer, rest = _buyer(material, rest, right)
    stalls = _stalls(rest, owners, names, answers.samples_each)
    market: dict[str, Any] = _task(material)
    market["buyer"] = table(tables.write("public/buyer.parquet", buyer, label=right[buyer.part]), label="label")
    for name, piece in (("test", test), ("final", final)):
        if piece is not None:
            file = tables.write(f"hidden/{name}.parquet", piece, label=right[piece.part])
            market[name] = table(file, label="label")
    if answers.samples_each:
        samples = Piece("rows", np.concatenate([shown for shown, _ in stalls.values()]))
        called = [names.get(value, "") for value in owners]
        file = tables.write("public/samples.parquet", samples, ids=False, label=sold, seller=called)
        market["samples"] = table(file, id=None, label="label", group="seller")
    market["sellers"], summaries = [], []
    for value, name in names.items():
        piece = Piece("rows", stalls[value][1])
        market["sellers"].append(_seller(tables, name, value, answers.sellers.get(value), piece, sold))
        summaries.append(_summary(material, piece, sold))
        material.record(f"seller {name}", piece, sold)
    (tables.bundle / SUMMARIES).write_text(json.dumps(summaries))
    market |= {"summaries": SUMMARIES, "budget": answers.budget or _budget(market["sellers"], tables)}
    content = {"classes": material.classes, "tasks": [market], "accuracy_weight": answers.accuracy_weight}
    return content | scoring(material.answers, "score", subsampled=False)


def _names(owners: list[str]) -> dict[str, str]:
    """The seller name made of each value of the seller column, in the order of the values."""
    values = sorted(set(owners) - {""})
    if not 1 <= len(values) <= MAX_SELLERS:
        words = f"there are {len(values)} sellers"
        raise BundleError(Problem(f"{words}.", f"1 to {MAX_SELLERS} can be in a market.", field="files.columns"))
    names: dict[str, str] = {}
    for number, value in enumerate(values, start=1):
        name = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:36].strip("-") or f"seller-{number}"
        names[value] = name if name not in names.values() else f"{name[:30]}-{number}"
    return names


def _known_sellers(answered: dict[str, SellerAnswer], names: dict[str, str]) -> None:
    unknown = next((name for name in answered if name not in names), None)
    if unknown is not None:
        have = ", ".join(map(quoted, list(names)[:10]))
        words = f"no row is sold by {quoted(unknown)}"
        raise BundleError(Problem(f"{words}.", f"There are: {have}.", field="acquisition.sellers"))


def _buyer(material: Material[AcquisitionAnswers], rest: Piece, right: dict[str, list[str]]) -> tuple[Piece, Piece]:
    if "buyer" in material.parts:
        buyer = labelled(material, material.all_of("buyer"), right["buyer"])
    else:
        wanted = min(material.own.buyer_rows, max(2, len(rest) // 5))
        buyer, rest = material.carve(rest, right["rows"], wanted, 3, "acquisition.buyer_rows")
    material.record("buyer", buyer, right[buyer.part])
    return buyer, rest


def _stalls(rest: Piece, owners: list[str], names: dict[str, str], each: int) -> dict[str, tuple[Index, Index]]:
    """For each seller the sample rows that are shown and the rows that are sold."""
    owner = np.array([owners[row] for row in rest.index.tolist()], object)
    stalls = {}
    for value in names:
        rows = rest.index[owner == value]
        if len(rows) <= each:
            words = f"{quoted(value)} has {len(rows)} rows left to show and to sell"
            remedy = "Leave the seller out, or show fewer samples."
            raise BundleError(Problem(f"{words}.", remedy, field="acquisition.samples_each"))
        stalls[value] = (rows[:each], rows[each:])
    return stalls


def _task(material: Material[AcquisitionAnswers]) -> dict[str, Any]:
    tasks = material.answers.tasks.tasks
    return tasks[0].model_dump(exclude_defaults=True) if tasks else {"name": "market"}


def _seller(
    tables: Tables, name: str, value: str, answer: SellerAnswer | None, piece: Piece, sold: list[str]
) -> dict[str, Any]:
    file = tables.write(f"hidden/seller-{name}.parquet", piece, ids=False, label=sold)
    price = answer.price if answer and answer.price else LinearPrice(method="linear", full_price=float(len(piece)))
    title = (answer.title if answer else "") or value[:100]
    return {"name": name, "title": title, "price": price.model_dump(), "data": table(file, id=None, label="label")}


def _summary(material: Material[AcquisitionAnswers], piece: Piece, sold: list[str]) -> dict[str, Any]:
    number_of = {name: number for number, name in enumerate(material.classes)}
    numbers = np.array([number_of[sold[row]] for row in piece.index.tolist()], np.int64)
    vectors = material.parts["rows"].vectors

    def batches() -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        first = 0
        for block in vectors.blocks(piece.index):
            yield block, numbers[first : first + len(block)]
            first += len(block)

    return summarise(batches, material.classes)


def _budget(sellers: list[dict[str, Any]], tables: Tables) -> float:
    """The default budget: a quarter of the price of all rows, in whole coins."""
    total = exact(0.0)
    for seller in sellers:
        price = SellerAnswer.model_validate({"price": seller["price"]}).price
        owned = tables.counts[seller["data"]["files"][0]]
        if price is not None:
            total += price.cost(owned, owned)
    return max(1.0, float(round(total / PART_OF_ALL)))
