"""Compare the tables of a bundle with one another and with its specification."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evaluators.bundles.folder import is_plain
from evaluators.bundles.scanning import ScannedTable
from evaluators.problems.collecting import BundleProblems
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.specification.challenge import Specification
from evaluators.specification.reading import SPECIFICATION_FILE

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
MAX_NAMED = 5
Tables = Mapping[str, ScannedTable]


def compare(specification: Specification, tables: Tables, problems: BundleProblems) -> None:
    """Add to ``problems`` what is inconsistent between the tables of one split."""
    _one_length(tables, problems)
    if specification.reference is not None:
        # Imports of the challenges published in 2023 are accepted as they are.
        _of_the_kind(specification, tables, problems)
        return
    problems.add(*_public_and_hidden(tables))
    problems.add(*_classes_without_rows(specification, tables))
    problems.add(*_budgets(specification, tables))
    _of_the_kind(specification, tables, problems)


def _one_length(tables: Tables, problems: BundleProblems) -> None:
    lengths = [(name, file, size) for name, seen in tables.items() for file, size in seen.dimensions.items()]
    for name, file, size in lengths[1:]:
        if size != lengths[0][2]:
            message = f"its vectors have {size} numbers, those of '{lengths[0][0]}' have {lengths[0][2]}."
            remedy = "All embeddings of a challenge have one length."
            problems.add(Problem(message, remedy, file, field=tables[name].table.embedding))


def _public_and_hidden(tables: Tables) -> Iterator[Problem]:
    """No row may be both public and hidden: anyone who knows the label of a test row could select that row."""
    with_ids = {name: seen for name, seen in tables.items() if seen.table.id is not None}
    for name, hidden in with_ids.items():
        if hidden.table.public or hidden.table.embedding is None:
            continue
        for other, public in with_ids.items():
            if public.table.public and (both := set(hidden.names) & set(public.names)):
                first = quoted(min(both))
                message = f"{len(both)} ids of the hidden table '{name}' are in the public '{other}', such as {first}."
                if len(both) == 1:
                    message = f"the id {first} is in the hidden table '{name}' and in the public '{other}'."
                yield Problem(message, "Take them out of one.", hidden.table.files[0], field=hidden.table.id)


def different_rows(shown: ScannedTable, final: ScannedTable) -> Iterator[Problem]:
    """No row may be in both splits of the test set: its final score would be known before the end."""
    both = set(shown.names) & set(final.names)
    if both:
        message = f"{len(both)} ids are in the final part and in the shown part of the test set, such as {{}}."
        first = quoted(min(both))
        yield Problem(message.format(first), "Take them out of one.", final.table.files[0], field=final.table.id)


def _classes_without_rows(specification: Specification, tables: Tables) -> Iterator[Problem]:
    """Every class needs a row in each table, or it can be neither learned nor measured."""
    for name, wanted in specification.required_labels().items():
        seen = tables[name]
        without = [label for label in wanted if not seen.labels[label]]
        if not without or not seen.whole or seen.table.label is None:
            continue
        labels = ", ".join(quoted(label) for label in without[:MAX_NAMED])
        more = f" and {len(without) - MAX_NAMED} more" if len(without) > MAX_NAMED else ""
        message = f"no row of '{name}' has the label {labels}{more}."
        yield Problem(message, "Add some, or take it out of the classes.", seen.table.files[0], field=seen.table.label)


def _budgets(specification: Specification, tables: Tables) -> Iterator[Problem]:
    for budget, name in dict.fromkeys(specification.budgets()):
        if tables[name].whole and budget > len(tables[name]):
            message = f"{budget} rows may be named, and '{name}' has {len(tables[name])}."
            yield Problem(message, f"It must be at most {len(tables[name])}.", SPECIFICATION_FILE, field="budget")


def _of_the_kind(specification: Specification, tables: Tables, problems: BundleProblems) -> None:
    if all(seen.whole for seen in tables.values()):
        try:
            specification.check_tables(tables)
        except BundleError as error:
            problems.take(error)


def check_documents(specification: Specification, bundle: Path, tables: Tables, problems: BundleProblems) -> None:
    """Read the JSON files that aren't tables and compare them with the tables."""
    counts = {name: len(seen) for name, seen in tables.items()}
    for name in specification.documents:
        if not is_plain(bundle, name):
            continue
        try:
            content = _read_json(bundle / name, name)
            if all(seen.whole for seen in tables.values()):
                specification.check_document(name, content, counts)
        except BundleError as error:
            problems.take(error)
        except ValueError as error:
            problems.add(Problem(f"{error}.", "Write it as docs/bundles.md shows.", name))


def _read_json(path: Path, name: str) -> Any:
    with path.open("rb") as file:
        content = file.read(MAX_DOCUMENT_BYTES + 1)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise BundleError(Problem("is larger than 64 MiB.", "Leave out what is not needed.", name))
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        remedy = "Write it with a program's JSON library."
        raise BundleError(Problem("is not valid JSON.", remedy, name, error.lineno, column=error.colno)) from error
    except (ValueError, RecursionError) as error:
        raise BundleError(Problem("is not valid JSON.", "Write it with a program's JSON library.", name)) from error
