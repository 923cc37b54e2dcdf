"""Turn pydantic's errors into problems with a position and a remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from evaluators.problems.invalid import InvalidValue, InvalidValues
from evaluators.problems.problem import Problem, quoted
from evaluators.problems.suggestions import closest_name, suggestion
from evaluators.problems.wording import shown, worded
from evaluators.specification.challenge import NAME, SLUG
from evaluators.specification.yaml_document import Document

Path = tuple[int | str, ...]


def explained(error: ValidationError, document: Document, model: type[BaseModel] | None, name: str) -> list[Problem]:
    """Every error as a problem of the file ``name``, in the order of the file.

    ``model`` is the class that the document was read as; unknown fields are compared with its fields.
    """
    found: list[Problem] = []
    for item in error.errors():
        path = _in_document(item, document.content)
        at_key = item["type"] == "extra_forbidden"
        for problem in _problems(item, model, path):
            inner = tuple(int(part) if part.isdigit() else part for part in (problem.field or "").split(".") if part)
            place = document.place(path + inner, key=at_key)
            line, column = place or (None, None)
            field = ".".join(map(str, path + inner)) or None
            found.append(Problem(problem.message, problem.remedy, name, line, field, column))
    return sorted(found, key=lambda problem: (problem.line or 0, problem.column or 0))


def _in_document(item: Any, content: Any) -> Path:
    """The position of an error in the document, without the names of variants that pydantic inserts."""
    path: list[int | str] = []
    last = len(item["loc"]) - 1
    for number, part in enumerate(item["loc"]):
        inside = part < len(content) if isinstance(content, list) and isinstance(part, int) else False
        if inside or (isinstance(content, dict) and part in content):
            content = content[part]
        elif item["type"] != "missing" or number < last:
            continue
        path.append(part)
    return tuple(path)


def _problems(item: Any, model: type[BaseModel] | None, path: Path) -> Iterator[Problem]:
    raised = item.get("ctx", {}).get("error")
    if isinstance(raised, InvalidValue | InvalidValues):
        yield from raised.problems
    elif item["type"] == "extra_forbidden":
        fields = _fields(model, item["loc"][:-1])
        yield Problem("there is no such field.", _meant(str(path[-1]), fields))
    elif item["type"] == "value_error":
        yield Problem(f"{raised}.")
    elif item["type"] == "union_tag_invalid":
        context = item["ctx"]
        name, tag = context["discriminator"].strip("'"), str(context["tag"])
        yield Problem(
            f"there is no {name} {quoted(tag)}.", suggestion(tag, _quoted_in(context["expected_tags"])), field=name
        )
    elif item["type"] == "union_tag_not_found":
        yield Problem("is missing.", "Add it.", field=item["ctx"]["discriminator"].strip("'"))
    elif item["type"] == "string_pattern_mismatch":
        yield Problem(*_pattern(item["input"], item["ctx"]))
    else:
        yield Problem(*worded(item))


def _meant(name: str, fields: list[str]) -> str:
    found = closest_name(name, fields)
    return f"Did you mean '{found}'?" if found else "Take it out."


def _quoted_in(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _pattern(value: Any, context: Any) -> tuple[str, str]:
    asked = {
        SLUG: "Use small letters and digits, with single '-' or '_' between them.",
        NAME: "Use letters and digits, with single '-' or '_' between them.",
    }
    return f"{shown(value)} cannot stand here.", asked.get(context["pattern"], f"It must match {context['pattern']}.")


def _fields(model: type[BaseModel] | None, location: Sequence[int | str]) -> list[str]:
    """The names of the fields of the model at ``location`` within ``model``."""
    candidates = [model] if model is not None else []
    for part in location:
        inner = [field for item in candidates for name, field in item.model_fields.items() if name == part]
        if inner:
            candidates = [found for field in inner for found in _models(field.annotation)]
        elif isinstance(part, str):
            # The name of a variant: continue with the model whose discriminator has this value.
            candidates = [item for item in candidates if _says(item, part)] or candidates
    return list(dict.fromkeys(name for item in candidates for name in item.model_fields))


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in _models(inner)]


def _says(model: type[BaseModel], variant: str) -> bool:
    return any(variant in get_args(field.annotation) for field in model.model_fields.values())
