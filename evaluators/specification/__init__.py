"""``challenge.yaml``: its fields, a YAML reader that knows the position of every value, and the JSON Schema.

The fields that belong to one kind of challenge are defined by that kind, see ``kinds``.
"""

from evaluators.specification.challenge import TEST_SPLITS, Specification, Task, TestSplit
from evaluators.specification.kinds import KINDS, specification_class
from evaluators.specification.phases import PhasePlan, last_phase
from evaluators.specification.reading import (
    MAX_SPECIFICATION_BYTES,
    SPECIFICATION_FILE,
    as_yaml,
    json_schema,
    parse_specification,
    read_specification,
    read_text,
    schema_text,
)
from evaluators.specification.table import Table

__all__ = [
    "KINDS",
    "MAX_SPECIFICATION_BYTES",
    "SPECIFICATION_FILE",
    "TEST_SPLITS",
    "PhasePlan",
    "Specification",
    "Table",
    "Task",
    "TestSplit",
    "as_yaml",
    "json_schema",
    "last_phase",
    "parse_specification",
    "read_specification",
    "read_text",
    "schema_text",
    "specification_class",
]
