"""Read and validate the specification of a challenge, a bundle's ``challenge.yaml``.

Organizers give parameters, never code. A specification is only data; the registry decides which model, metric or scorer
a name refers to. Importing this module loads neither scikit-learn nor faiss, because the site uses it on every page.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Union

from pydantic import Field, TypeAdapter, ValidationError

from evaluators.problems.problem import BundleError, Problem
from evaluators.problems.suggestions import closest_name
from evaluators.specification.challenge import Specification
from evaluators.specification.explaining import explained
from evaluators.specification.kinds import KINDS, specification_class
from evaluators.specification.phases import STORED
from evaluators.specification.yaml_document import Document, read_document

SPECIFICATION_FILE = "challenge.yaml"
MAX_SPECIFICATION_BYTES = 256 * 1024


_NO_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def _adapter() -> TypeAdapter[Specification]:
    """An adapter that reads the specification of any kind, chosen by the field ``kind``."""
    return _adapter_of(tuple(specification_class(kind) for kind in KINDS))


@cache
def _adapter_of(classes: tuple[type[Specification], ...]) -> TypeAdapter[Specification]:
    union: Any = Union[classes]  # noqa: UP007 - of a list
    return TypeAdapter(Annotated[union, Field(discriminator="kind")])


def parse_specification(document: Any, *, stored: bool = False) -> Specification:
    """A specification from plain data, as parsed from JSON or YAML.

    If it is ``stored``, it was accepted before, perhaps by an earlier version: its phases are not checked again.

    Raises:
        pydantic.ValidationError: it isn't valid.
    """
    return _adapter().validate_python(document, context=STORED if stored else None)


def read_specification(bundle: Path) -> Specification:
    """The specification of a bundle directory.

    Raises:
        BundleError: the file is missing, too large, not YAML or not a valid specification; every problem is listed.
    """
    return read_text(read_bytes(bundle))


def read_bytes(bundle: Path) -> bytes:
    """The content of a bundle directory's ``challenge.yaml``.

    Raises:
        BundleError: it is missing or too large.
    """
    try:
        with (bundle / SPECIFICATION_FILE).open("rb") as file:
            content = file.read(MAX_SPECIFICATION_BYTES + 1)
    except OSError as error:
        remedy = f"Put {SPECIFICATION_FILE} at the top of the bundle."
        raise BundleError(Problem("the bundle has no challenge.yaml.", remedy, SPECIFICATION_FILE)) from error
    if len(content) > MAX_SPECIFICATION_BYTES:
        raise BundleError(Problem("is larger than 256 KiB.", "Shorten its texts.", SPECIFICATION_FILE))
    return content


def read_text(content: bytes) -> Specification:
    """The specification from the content of a ``challenge.yaml``.

    Raises:
        BundleError: it isn't YAML or isn't a valid specification; every problem is listed.
    """
    document = read_document(content, SPECIFICATION_FILE)
    problems = list(document.problems)
    if not isinstance(document.content, dict):
        problems.append(_no_mapping())
        raise BundleError(problems)
    try:
        specification = parse_specification(document.content)
    except ValidationError as error:
        unread = {problem.line for problem in problems}
        # A value that couldn't be read counts as missing; don't report it a second time.
        problems += [problem for problem in _explained(error, document) if (problem.line or 0) not in unread]
        raise BundleError(problems) from error
    if problems:
        raise BundleError(problems)
    if len(as_yaml(specification.model_dump(mode="json")).encode()) > MAX_SPECIFICATION_BYTES:
        # The specification is stored with its aliases expanded, and must be readable in that form.
        raise BundleError(Problem("is larger than 256 KiB.", "Shorten its texts.", SPECIFICATION_FILE))
    return specification


def as_yaml(content: Any) -> str:
    """Plain data as a ``challenge.yaml``: JSON in which characters that YAML would refuse or fold are escaped."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return _NO_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def json_schema() -> dict[str, Any]:
    """The published JSON Schema of ``challenge.yaml``, format 1."""
    schema = _adapter().json_schema(ref_template="#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Ratchet challenge: challenge.yaml, format 1",
        **schema,
    }


def schema_text() -> str:
    """The text of the schema, as kept in the repository and served by the site."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _explained(error: ValidationError, document: Document) -> list[Problem]:
    """All validation errors as problems.

    If the kind is unknown, this includes the errors that the kind with the most similar name would give.
    """
    if "kind" not in document.content:
        return [Problem("is missing.", f"It is one of {', '.join(KINDS)}.", SPECIFICATION_FILE, field="kind")]
    kind = str(document.content["kind"])
    found = explained(error, document, specification_class(kind) if kind in KINDS else None, SPECIFICATION_FILE)
    meant = closest_name(kind, KINDS)
    if kind not in KINDS and meant is not None:
        try:
            parse_specification(document.content | {"kind": meant})
        except ValidationError as other:
            found += explained(other, document, specification_class(meant), SPECIFICATION_FILE)
    return found


def _no_mapping() -> Problem:
    return Problem("is not a mapping from fields to values.", "Write its fields as name: value.", SPECIFICATION_FILE)
