"""``draft-bundle``: write a whole bundle from raw files and answers; the same inputs give the same bytes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evaluators.drafting.answers import Answers
from evaluators.drafting.loading import load
from evaluators.drafting.reports import DraftReport
from evaluators.drafting.texts import texts
from evaluators.kinds.registry import kind_named
from evaluators.learning.entries import load as load_code
from evaluators.material.material import Material
from evaluators.material.writing import Tables
from evaluators.problems.problem import BundleError, Problem
from evaluators.specification.reading import SPECIFICATION_FILE, read_specification
from evaluators.tables.writing import write_specification

_SCRATCH = ".drafting"
_STEPS = {
    "model": "scoring.model",
    "metric": "scoring.metric",
    "seeds": "scoring.seeds",
    "subsample": "scoring.subsample",
    "classes": "tasks.classes",
    "tasks": "tasks.tasks",
    "domain": "kind.domain",
}
"""For each top-level field of challenge.yaml, where it is answered, unless that is the step of the challenge's kind."""

_TEXTS = ("slug", "title", "summary", "licence", "description", "rules", "data_card")


def draft(folder: Path, answers: Answers, out: Path) -> DraftReport:
    """Write the bundle of the files in ``folder`` into ``out``, which must be empty or not exist yet.

    Raises:
        BundleError: files or answers can't be used; ``out`` is empty then. The problems' fields name steps of the
            answers.
    """
    with _new_folder(out) as scratch:
        material = load(folder, answers, scratch)
        tables = Tables(out, material)
        content = _content(material, tables)
        write_specification(out / SPECIFICATION_FILE, content)
        try:
            specification = read_specification(out, new=True)
        except BundleError as error:
            raise BundleError([_as_answer(problem, answers) for problem in error.problems]) from error
        return {
            "bundle": str(out),
            "specification": specification.model_dump(mode="json"),
            "tables": {Path(name).stem: count for name, count in tables.counts.items()},
            "files": sorted([*tables.counts, *specification.documents], key=_hidden_last),
            "notes": material.notes,
            "split": material.split,
        }


def _content(material: Material[Any], tables: Tables) -> dict[str, Any]:
    kind = material.answers.kind
    drafting = kind_named(kind.kind).drafting
    particular: dict[str, Any] = load_code(drafting.write)(material, tables)
    head: dict[str, Any] = {"format": 1, "kind": kind.kind}
    words = texts(material, drafting, particular)
    return head | words | {"domain": kind.domain} | particular


@contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    """A folder for scratch files in ``out``; after a failure, neither scratch files nor results are left.

    It isn't a folder beside ``out`` that is renamed at the end, because in the sandbox only ``out`` is writable.
    """
    there = out.exists()
    scratch = out / _SCRATCH
    (out / "public").mkdir(parents=True)
    (out / "hidden").mkdir(mode=0o700)
    scratch.mkdir(mode=0o700)
    try:
        yield scratch
    except BaseException:
        for path in (out / "public", out / "hidden"):
            shutil.rmtree(path, ignore_errors=True)
        (out / SPECIFICATION_FILE).unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        if not there and not any(out.iterdir()):
            os.rmdir(out)


def _hidden_last(name: str) -> bool:
    return not name.startswith("public/")


def _as_answer(problem: Problem, answers: Answers) -> Problem:
    """Translate a problem of challenge.yaml into a problem of the answer that the field came from."""
    first = (problem.field or "").partition(".")[0]
    message = problem.message
    if not first and ": " in message:
        first, _, message = message.partition(": ")
    step = f"texts.{first}" if first in _TEXTS else _STEPS.get(first, f"{answers.kind.kind}.{first}" if first else None)
    return Problem(message, problem.remedy, field=step)
