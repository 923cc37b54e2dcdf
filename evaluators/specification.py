"""What a challenge is: the validated form of a bundle's ``challenge.yaml``.

Organizers give parameters, never code. Everything here is data; which model, metric or scorer a name stands for is
decided by the registry. Importing this module costs no scikit-learn and no faiss: the site reads it on every page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from evaluators.errors import BundleError, Problem, quoted
from evaluators.kinds.acquisition.specification import AcquisitionSpecification, Market
from evaluators.kinds.cleaning.specification import CleaningPlan, CleaningSpecification
from evaluators.kinds.naming import name_for_task, task_of_name
from evaluators.kinds.selection.specification import SelectionSpecification, TaskPlan
from evaluators.parts import Table

# What is imported here is part of the contract as well: the site shows each kind, and imports no inner module.
__all__ = [
    "KINDS",
    "MAX_SPECIFICATION_BYTES",
    "SPECIFICATION_FILE",
    "AcquisitionSpecification",
    "CleaningPlan",
    "CleaningSpecification",
    "Market",
    "SelectionSpecification",
    "Specification",
    "Table",
    "TaskPlan",
    "name_for_task",
    "parse_specification",
    "read_specification",
    "task_of_name",
]

SPECIFICATION_FILE = "challenge.yaml"
MAX_SPECIFICATION_BYTES = 256 * 1024

Specification = SelectionSpecification | CleaningSpecification | AcquisitionSpecification
KINDS = ("selection", "cleaning", "acquisition")

_ADAPTER: TypeAdapter[Specification] = TypeAdapter(Annotated[Specification, Field(discriminator="kind")])


def parse_specification(document: Any) -> Specification:
    """A specification from plain data, as JSON or YAML give it.

    Raises:
        pydantic.ValidationError: it is not valid.
    """
    return _ADAPTER.validate_python(document)


def read_specification(bundle: Path) -> Specification:
    """The specification of a bundle directory.

    Raises:
        BundleError: the file is missing, too large, not YAML or not a valid specification; every finding is listed.
    """
    path = bundle / SPECIFICATION_FILE
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SPECIFICATION_BYTES + 1)
    except OSError as error:
        raise BundleError(Problem("the bundle has no challenge.yaml.", file=SPECIFICATION_FILE)) from error
    if len(content) > MAX_SPECIFICATION_BYTES:
        raise BundleError(Problem("is larger than 256 KiB.", file=SPECIFICATION_FILE))
    try:
        document = YAML(typ="safe", pure=True).load(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BundleError(Problem("is not UTF-8 text.", file=SPECIFICATION_FILE)) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else None
        raise BundleError(
            Problem(f"is not valid YAML: {error.problem or error.context}.", file=SPECIFICATION_FILE, line=line)
        ) from error
    except (YAMLError, RecursionError, ValueError) as error:
        raise BundleError(Problem("is not valid YAML.", file=SPECIFICATION_FILE)) from error
    try:
        return parse_specification(document)
    except ValidationError as error:
        raise BundleError([_as_problem(item) for item in error.errors()]) from error


def _as_problem(item: Any) -> Problem:
    # The first place in a finding is the kind by which the rest was read.
    place = item["loc"][1:] if item["loc"] and item["loc"][0] in KINDS else item["loc"]
    field = ".".join(str(part) for part in place) or None
    if item["type"] in ("model_type", "model_attributes_type") and field is None:
        return Problem("is not a mapping from fields to values.", file=SPECIFICATION_FILE)
    if item["type"] == "union_tag_not_found":
        return Problem("Field required.", f"It is one of {', '.join(KINDS)}.", file=SPECIFICATION_FILE, field="kind")
    if item["type"] == "union_tag_invalid":
        found = quoted(str(item["ctx"]["tag"]))
        remedy = f"It is one of {', '.join(KINDS)}."
        return Problem(f"there is no kind {found}.", remedy, file=SPECIFICATION_FILE, field="kind")
    return Problem(f"{item['msg'].removeprefix('Value error, ')}.", file=SPECIFICATION_FILE, field=field)
