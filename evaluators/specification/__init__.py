"""``challenge.yaml``: its fields, a YAML reader that knows the position of every value, and the JSON Schema.

The fields that belong to one kind of challenge are defined by that kind, see ``kinds``. The rules of phases are here
too, since the site applies them to every change of a phase, wherever it comes from.
"""

from evaluators.specification.challenge import MAX_TITLE, TEST_SPLITS, Specification, Task, TestSplit
from evaluators.specification.clocks import LAST_YEAR, moment_of, on_the_clock, time_zones, zone_problem
from evaluators.specification.domains import DOMAINS
from evaluators.specification.kinds import KINDS, specification_class
from evaluators.specification.names import name_problem, normalised
from evaluators.specification.phase_rules import (
    ADD_END,
    change_problems,
    name_key,
    new_phase_problems,
    publishing_problems,
    relation_problems,
    term_problems,
)
from evaluators.specification.phase_terms import LIMITS, MAX_LIMIT, MAX_NAME, MOMENTS, PhaseTerms
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
    "ADD_END",
    "DOMAINS",
    "KINDS",
    "LAST_YEAR",
    "LIMITS",
    "MAX_LIMIT",
    "MAX_NAME",
    "MAX_SPECIFICATION_BYTES",
    "MAX_TITLE",
    "MOMENTS",
    "SPECIFICATION_FILE",
    "TEST_SPLITS",
    "PhasePlan",
    "PhaseTerms",
    "Specification",
    "Table",
    "Task",
    "TestSplit",
    "as_yaml",
    "change_problems",
    "json_schema",
    "last_phase",
    "moment_of",
    "name_key",
    "name_problem",
    "new_phase_problems",
    "normalised",
    "on_the_clock",
    "parse_specification",
    "publishing_problems",
    "read_specification",
    "read_text",
    "relation_problems",
    "schema_text",
    "specification_class",
    "term_problems",
    "time_zones",
    "zone_problem",
]
