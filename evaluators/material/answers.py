"""The organizer's answers that all kinds have in common: one model for each step of the wizard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticKnownError

from evaluators.learning.models.registry import MODELS, default_model
from evaluators.material.roles import roles
from evaluators.problems.invalid import refuse
from evaluators.problems.problem import quoted
from evaluators.specification.challenge import NAME, SLUG, checked_classes
from evaluators.specification.domains import Domain
from evaluators.specification.kinds import KINDS
from evaluators.specification.metrics import METRICS
from evaluators.specification.model import Parameters, model_problems


def _known_role(name: str) -> str:
    known = roles()
    if name not in known:
        raise PydanticKnownError("literal_error", {"expected": ", ".join(f"'{role}'" for role in known)})
    return name


Role = Annotated[str, AfterValidator(_known_role)]
"""The name of a ``ColumnRole``."""

Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
RowCount = Annotated[int, Field(ge=0, le=10_000_000)]


class Answer(BaseModel):
    """The answers of one step. Refuses unknown fields and reassignment of fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values of an answer as the wizard shows it."""

    title: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """How the wizard asks for an answer, besides the title and the description of its field.

    ``empty`` says what no answer stands for. ``options`` are the values to choose from, those with a meaning as a list
    with all meanings in view; None is no answer. ``percent``: the fraction is entered in percent.
    """

    empty: str = ""
    options: Mapping[str | None, Option] = field(default_factory=dict)
    percent: bool = False


class KindAnswers(Answer):
    """The first step: the kind of challenge and the domain of the data."""

    kind: str = Field(default_factory=lambda: next(iter(KINDS)))
    domain: Domain = "other"

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, name: str) -> str:
        if name not in KINDS:
            raise PydanticKnownError("literal_error", {"expected": ", ".join(f"'{kind}'" for kind in KINDS)})
        return name


class FileAnswer(Answer):
    """The content of one uploaded file: the role of each column, by column name as in ``describe-files``.

    ``part`` is the table the file belongs to: ``rows``, ``test`` or one of the kind's own. Tables for which no file is
    given are split off from ``rows``. Files of one table that have an embedding are stacked; the others are
    joined to them. ``join``: by ``id``, by the ``order`` of the rows, or ``auto``: by id if both the rows and the file
    have ids, otherwise by order. Columns that are not listed are left out.
    """

    part: str = "rows"
    columns: dict[str, Role] = Field(default={}, max_length=1000)
    join: Literal["auto", "id", "order"] = "auto"

    @field_validator("columns")
    @classmethod
    def _one_column_for_a_role(cls, columns: dict[str, Role]) -> dict[str, Role]:
        for role in (name for name, declared in roles().items() if declared.is_once_a_file):
            named = [name for name, given in columns.items() if given == role]
            if len(named) > 1:
                raise ValueError(f"{quoted(named[0])} and {quoted(named[1])} cannot both be the {role}")
        return columns

    def column(self, role: Role) -> str | None:
        """The name of the column with this role, if any; for roles that occur at most once in a file."""
        return next((name for name, given in self.columns.items() if given == role), None)


class FilesAnswers(Answer):
    """The second step: the roles of the columns. With empty ``files``, the guesses of ``describe-files`` are used.

    ``incomplete`` rows have an embedding but no label: they are refused or left out (``drop``). ``ids`` can be ``new``
    in case the given ones reveal the label; without a column of ids they are always new.
    """

    files: dict[str, FileAnswer] = Field(default={}, max_length=100)
    incomplete: Literal["refuse", "drop"] = "refuse"
    ids: Literal["keep", "new"] = "keep"


class TaskAnswer(Answer):
    """One task. ``positive`` makes it binary: this class against all others (selection only)."""

    name: str = Field(pattern=NAME, max_length=40)
    title: str = Field(default="", max_length=100)
    positive: str | None = None


class TasksAnswers(Answer):
    """The third step. ``classes`` default to the labels found, ``tasks`` to a single task with all classes."""

    classes: list[str] | None = Field(default=None, min_length=2, max_length=1000)
    tasks: list[TaskAnswer] = Field(default=[], max_length=50)

    @field_validator("classes")
    @classmethod
    def _checked_classes(cls, names: list[str] | None) -> list[str] | None:
        return names if names is None else checked_classes(names)

    @field_validator("tasks")
    @classmethod
    def _different(cls, tasks: list[TaskAnswer]) -> list[TaskAnswer]:
        names = [task.name.lower() for task in tasks]
        if len(set(names)) != len(names):
            raise ValueError("a name is used twice; capitals make no difference")
        return tasks


class SplitAnswers(Answer):
    """The fourth step: the hidden test set, unless it is given by files of the table ``test``.

    ``test_rows`` overrides ``test_share``, the fraction of all rows. ``final_share`` is the fraction of the test set
    that is kept for the end of the challenge. ``stratify``: the same fraction of each class. ``by_group``: no group is
    on both sides; None means True if there is a group column. Rows with identical embeddings always stay together.
    """

    test_share: Share = 0.2
    test_rows: RowCount | None = None
    final_share: Share = 0.0
    stratify: bool = True
    by_group: bool | None = None
    seed: Seed = 2026


class ScoringAnswers(Answer):
    """Model, metric and seeds. None: a default that suits the kind and the data."""

    model: str = Field(default_factory=default_model)
    parameters: Parameters = {}
    metric: str | None = None
    seeds: list[Seed] | None = Field(default=None, min_length=1, max_length=100)
    subsample: float | None = Field(default=None, gt=0, le=1)

    @field_validator("model")
    @classmethod
    def _known_model(cls, name: str) -> str:
        if name not in MODELS:
            raise ValueError(f"unknown model {quoted(name)}; there are {', '.join(MODELS)}")
        return name

    @model_validator(mode="after")
    def _valid_parameters(self) -> Self:
        refuse(model_problems(self.model, self.parameters))
        return self

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, name: str | None) -> str | None:
        if name is not None and name not in METRICS:
            raise ValueError(f"unknown metric {quoted(name)}; there are {', '.join(METRICS)}")
        return name


class TextsAnswers(Answer):
    """The last step. Empty texts are replaced by generated ones."""

    title: str = Field(default="", max_length=100)
    slug: str = Field(default="", max_length=60, pattern=f"^$|{SLUG}")
    summary: str = Field(default="", max_length=300)
    licence: str = Field(default="", max_length=300)
    description: str = Field(default="", max_length=50_000)
    rules: str = Field(default="", max_length=50_000)
    data_card: str = Field(default="", max_length=50_000)


class DraftAnswers(Protocol):
    """The answers from which any kind is drafted; ``drafting.Answers`` adds those of the kinds."""

    @property
    def kind(self) -> KindAnswers: ...

    @property
    def files(self) -> FilesAnswers: ...

    @property
    def tasks(self) -> TasksAnswers: ...

    @property
    def split(self) -> SplitAnswers: ...

    @property
    def scoring(self) -> ScoringAnswers: ...

    @property
    def texts(self) -> TextsAnswers: ...
