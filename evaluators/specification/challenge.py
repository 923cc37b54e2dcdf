"""The base of the specifications of all kinds: tables, models, tasks and the fields that every challenge has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from evaluators.learning.metrics.base import Direction
from evaluators.problems.invalid import InvalidValue, InvalidValues, refuse
from evaluators.problems.markdown import markdown_problems
from evaluators.problems.problem import BundleError, Problem, quoted
from evaluators.problems.suggestions import suggestion
from evaluators.specification.domains import Domain
from evaluators.specification.kinds import declaration
from evaluators.specification.metrics import METRICS
from evaluators.specification.model import Model
from evaluators.specification.names import name_problem
from evaluators.specification.newness import is_new, is_stored, reading_context
from evaluators.specification.phases import MAX_PHASES, PhasePlan, phases_disagree
from evaluators.specification.table import SpecificationModel, Table

# Names become part of file names and URLs, and some systems ignore case there, so capitals aren't allowed.
SLUG = r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$"
MAX_TITLE = 100
NAME = r"^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$"

TestSplit = Literal["test", "final"]
TEST_SPLITS: tuple[TestSplit, ...] = ("test", "final")
"""The splits of a test set: ``test`` is scored during the phases, ``final`` only after the end."""


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table to be prepared; class i of ``classes`` becomes the label i."""

    table: Table
    classes: tuple[str, ...]


class IndexedTable(Protocol):
    """The part of a prepared table's interface that ``check_tables`` uses."""

    def __len__(self) -> int: ...

    def ids(self) -> list[str]: ...

    def rows_of(self, ids: list[str]) -> NDArray[np.int64]: ...


class Task(SpecificationModel):
    """One task of a challenge; a submission has a file for each task, and each task has its own scores.

    ``final`` is the hidden split of its test set: a table like ``test``, on which nothing is scored before the end.
    """

    added = ("final",)

    name: str = Field(pattern=NAME, max_length=40)
    title: str = Field(default="", max_length=100)
    final: Table | None = None

    @property
    def shown(self) -> str:
        return self.title or self.name


class Specification(SpecificationModel):
    """The fields of all kinds of challenges.

    ``scorer`` gives the scores of the leaderboard. ``reference`` is for imported challenges: it names the public
    evaluator of 2023 whose numbers the scorer ``reference`` reproduces. With ``partial`` a submission may leave tasks
    out.
    """

    format: Literal[1]
    slug: str = Field(pattern=SLUG, max_length=60)
    title: str = Field(min_length=1, max_length=MAX_TITLE)
    summary: str = Field(min_length=1, max_length=300)
    domain: Domain
    licence: str = Field(min_length=1, max_length=300)
    description: str = Field(default="", max_length=50_000)
    rules: str = Field(default="", max_length=50_000)
    data_card: str = Field(default="", max_length=50_000)

    metric: str
    seeds: list[int] = Field(min_length=1, max_length=100)
    scorer: str = "corrected"
    partial: bool = False
    phases: list[PhasePlan] = Field(default=[], max_length=MAX_PHASES)

    if TYPE_CHECKING:
        # Fields of every kind, whose types depend on the kind.
        kind: str
        reference: str | None
        tasks: Sequence[Task]
        model: Model

    @classmethod
    def expect(cls, specification: Specification) -> Self:
        """``specification`` itself, which must be of this kind; where code of a kind is called by the rest.

        Raises:
            TypeError: it is of another kind.
        """
        if not isinstance(specification, cls):
            raise TypeError(f"{specification.slug} is not a {cls.__name__}")
        return specification

    @field_validator("title")
    @classmethod
    def _readable_title(cls, title: str, info: ValidationInfo) -> str:
        problem = name_problem(title, max_characters=MAX_TITLE) if is_new(info) else None
        if problem is not None:
            raise InvalidValue(problem.message.rstrip("."), problem.remedy)
        return title

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, name: str) -> str:
        if name not in METRICS:
            raise InvalidValue(f"there is no metric {quoted(name)}", suggestion(name, METRICS))
        return name

    @field_validator("description", "rules", "data_card")
    @classmethod
    def _is_shown_quickly(cls, text: str, info: ValidationInfo) -> str:
        if is_new(info):
            refuse(markdown_problems(text))
        return text

    @field_validator("seeds")
    @classmethod
    def _different_seeds(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) != len(seeds) or not all(0 <= seed < 2**32 for seed in seeds):
            raise ValueError("seeds are different whole numbers from 0 to 4294967295")
        return seeds

    @model_validator(mode="after")
    def _phases_agree(self, info: ValidationInfo) -> Self:
        # As in a plan: a stored one may be older than the rules.
        if not is_stored(info):
            refuse(phases_disagree(self.phases, final=self.has_final))
        return self

    @model_validator(mode="after")
    def _parts_agree(self, info: ValidationInfo) -> Self:
        different_names(self.tasks)
        refuse(self.missing())
        declared = declaration(self.kind).disagreements(self, new=is_new(info))
        refuse([*self.disagreements(), *declared, *self._finals_disagree()])
        return self

    def missing(self) -> Iterator[str | Problem]:
        """What else must be given before ``tables`` and ``disagreements`` can be asked for."""
        yield from ()

    def disagreements(self) -> Iterator[str | Problem]:
        """Fields of this kind that don't match one another.

        That metric, model and scorer match the challenge is checked for every kind: see ``Kind.disagreements``.
        """
        yield from ()

    @property
    def has_final(self) -> bool:
        """Whether a split of the test set is kept for after the end of the last phase."""
        return any(table is not None for table in self.final_tables().values())

    def final_tables(self) -> dict[str, Table | None]:
        """The table of each task's final split, None for tasks without one."""
        raise NotImplementedError

    def test_tables(self) -> dict[str, str]:
        """The name of the prepared table on which each task is measured."""
        raise NotImplementedError

    def _finals_disagree(self) -> Iterator[str]:
        """Inconsistencies between the final splits and the other tables of the tasks."""
        if not self.has_final:
            return
        planned = self.tables()
        shown = {name for other in planned.values() for name in other.table.sources}
        for task, final in self.final_tables().items():
            test = planned[self.test_tables()[task]].table
            if test.public:
                yield f"final: the task '{task}' has no test beside it"
            elif final is None:
                yield f"final: the task '{task}' has none, and others have"
            else:
                if [final.id is None, final.embedding is None, final.label is None] != [test.id is None, False, False]:
                    yield "final: it names the columns of ids, embeddings and labels that test names"
                if final.public:
                    yield "final: its rows are hidden: their files belong in hidden/"
                if shown & set(final.sources):
                    yield "final: one of its files is also in another table"

    def on_split(self, name: TestSplit) -> Self:
        """This specification restricted to one split: measured on it, and without any reference to the other.

        Raises:
            BundleError: ``name`` is ``final`` and there is no final split.
        """
        if name == "final" and not self.has_final:
            message = "this challenge keeps no part of its test set for the end."
            raise BundleError(Problem(message, "Name its tables, or leave the part out.", "challenge.yaml", field=name))
        content = self.model_dump(mode="json")
        for place in (content, *content["tasks"]):
            final = place.pop("final", None)
            if name == "final":
                # Also if this level has no final: a task's own test must not take precedence over the final split of
                # all tasks.
                place.pop("test", None)
                place |= {"test": final} if final is not None else {}
        return type(self).model_validate(content, context=reading_context(new=False))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The metrics and scorers are those that are registered when the schema is made."""
        described = handler.resolve_ref_schema(handler(schema))
        properties = described["properties"]
        properties["metric"] = {"title": "Metric", "oneOf": _variants(METRICS[name] for name in cls.metrics())}
        (kind,) = get_args(cls.model_fields["kind"].annotation)
        scorers = {scorer.name: scorer for scorer in declaration(kind).scorers}
        properties["scorer"] |= {"oneOf": _variants(scorers.values())}
        del properties["scorer"]["type"]
        return described

    @property
    def direction(self) -> Direction:
        return METRICS[self.metric].direction

    @classmethod
    def metrics(cls) -> tuple[str, ...]:
        """The metrics by which challenges of this kind can be ranked."""
        raise NotImplementedError

    def own_metrics(self) -> tuple[str, ...]:
        """Those of ``metrics`` by which this challenge can be ranked: an evaluator elsewhere needs its reference."""
        return tuple(name for name in self.metrics() if self.reference or not METRICS[name].base)

    def task_classes(self) -> dict[str, Sequence[str]]:
        """The classes that the model tells apart in each task."""
        planned = self.tables()
        return {task: planned[table].classes for task, table in self.test_tables().items()}

    def tables(self) -> dict[str, PlannedTable]:
        """Every table to be prepared, by its name in ``PreparedDataset.table``."""
        raise NotImplementedError

    def required_labels(self) -> dict[str, list[str]]:
        """By table, the labels that at least one of its rows must have, or they could not be learned or measured."""
        planned = self.tables()
        return {name: list(planned[name].classes) for name in self.test_tables().values()}

    def budgets(self) -> list[tuple[int, str]]:
        """Every number of rows that may be named, with the table of these rows."""
        return []

    @property
    def documents(self) -> list[str]:
        """Public JSON files that aren't tables; they are stored unchanged."""
        return []

    def check_document(self, name: str, content: Any, counts: Mapping[str, int]) -> None:
        """Compare a document with the tables; ``counts`` are the tables' numbers of rows.

        Raises:
            ValueError: the document doesn't match the tables.
        """

    def check_tables(self, tables: Mapping[str, IndexedTable]) -> None:
        """Compare the prepared tables with one another.

        Raises:
            BundleError: the tables don't match.
        """

    @cached_property
    def data_files(self) -> list[str]:
        """Every data file of the bundle, public ones first."""
        files = [name for planned in self.tables().values() for name in planned.table.sources]
        files += [name for table in self.final_tables().values() if table is not None for name in table.sources]
        return sorted(dict.fromkeys(files + self.documents), key=lambda name: not name.startswith("public/"))

    @property
    def takes_times(self) -> bool:
        """Whether a submission may add ``time_TASK.txt`` files that say how long it took to create a task's file."""
        return False

    @property
    def max_file_bytes(self) -> int:
        """Files larger than this are refused unread: no valid submission is that large."""
        raise NotImplementedError

    def scoring_part(self) -> dict[str, Any]:
        """The fields that a score depends on. Editing a text changes neither the dataset's digest nor any score."""
        texts = ("title", "summary", "licence", "description", "rules", "data_card", "domain", "phases")
        return self.model_dump(mode="json", exclude={**dict.fromkeys(texts, True), "tasks": {"__all__": {"title"}}})


class _Declared(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def meaning(self) -> str: ...


def _variants(declared: Iterable[_Declared]) -> list[JsonSchemaValue]:
    return [{"const": item.name, "title": item.title, "description": item.meaning} for item in declared]


def checked_classes(names: list[str]) -> list[str]:
    """The names of classes, if each of them can be written in a cell of a submission.

    Raises:
        ValueError: a name is empty, too long, isn't printable, has blanks at its ends, or occurs twice.
    """
    # Submissions are read with the blanks around their cells removed, so a class can't have any.
    for name in names:
        if not 1 <= len(name) <= 100 or not name.isprintable() or name != name.strip():
            raise ValueError(f"{quoted(name)}: a class has 1 to 100 characters that print, no blank at its ends")
    if len(set(names)) != len(names):
        raise ValueError("a class is named twice")
    return names


def different_names(tasks: Iterable[Task]) -> None:
    """Refuse tasks whose files could not be told apart.

    Raises:
        ValueError: two names differ only in case.
    """
    names = [task.name.lower() for task in tasks]
    if len(set(names)) != len(names):
        raise InvalidValues(["tasks: a name is used twice; capitals make no difference"])
