"""What an organizer answers on the way from uploaded files to a draft: one model for each step of the wizard.

Everything but the roles of the columns has a default. A problem's field begins with the name of the step in which it
is mended (``STEPS``), then a dot and the field in that step.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from evaluators.kinds.acquisition.pricing import MAX_AMOUNT, Price
from evaluators.kinds.acquisition.specification import MAX_SELLERS
from evaluators.kinds.cleaning.specification import MAX_TRAIN_ROWS
from evaluators.learning.metric_names import METRICS
from evaluators.learning.models.parameters import PARAMETERS
from evaluators.problems.problem import quoted
from evaluators.specification.challenge import NAME, SLUG, checked_classes

STEPS = ("kind", "files", "tasks", "split", "selection", "cleaning", "acquisition", "scoring", "texts")
"""The steps, which are the fields of ``Answers`` beside ``format``; a step's page shows the problems of its name."""

Role = Literal["id", "embedding", "label", "true label", "group", "seller", "pixels", "text", "ignore"]
"""What a column is for. ``pixels`` and ``text`` are kept in public tables for people to look at."""

ROLES: dict[Role, str] = {
    "id": "names the row, everywhere the same",
    "embedding": "the numbers that the model is trained on",
    "label": "the class; in a cleaning challenge the one that may be wrong",
    "true label": "the right class, where the label may be wrong; it is hidden",
    "group": "rows of one group, such as a speaker or a document, stay on one side of the split",
    "seller": "who sells the row",
    "pixels": "an image to be shown beside the row",
    "text": "a text to be shown beside the row",
    "ignore": "left out of the challenge",
}

ONCE_A_FILE: tuple[Role, ...] = ("id", "embedding", "label", "true label", "group", "seller", "pixels")

Part = Literal["rows", "test", "examples", "validation", "buyer"]
"""Which table a file belongs to: ``rows`` are the ones that everything not given is split off from."""

PARTS: dict[str, tuple[Part, ...]] = {
    "selection": ("rows", "test", "examples"),
    "cleaning": ("rows", "test", "validation"),
    "acquisition": ("rows", "test", "buyer"),
}
"""The parts of each kind."""

Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Rows = Annotated[int, Field(ge=0, le=10_000_000)]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KindAnswers(Answer):
    """The first step: what is asked for, and of which field the data are."""

    kind: Literal["selection", "cleaning", "acquisition"] = "selection"
    domain: Literal["text", "vision", "speech", "tabular", "other"] = "other"


class FileAnswer(Answer):
    """What one uploaded file holds: the role of each column, by the column's name in ``describe-files``.

    Files of one ``part`` that have an embedding are stacked; the others are joined to them. ``join``: by ``id``, by the
    ``order`` of the rows, or ``auto``: by id where the rows have ids already and the file has some too, else by order.
    A column that is not named is left out.
    """

    part: Part = "rows"
    columns: dict[str, Role] = Field(default={}, max_length=1000)
    join: Literal["auto", "id", "order"] = "auto"

    @field_validator("columns")
    @classmethod
    def _one_column_for_a_role(cls, columns: dict[str, Role]) -> dict[str, Role]:
        for role in ONCE_A_FILE:
            named = [name for name, given in columns.items() if given == role]
            if len(named) > 1:
                raise ValueError(f"{quoted(named[0])} and {quoted(named[1])} cannot both be the {role}")
        return columns

    def column(self, role: Role) -> str | None:
        """The column of a role that occurs once."""
        return next((name for name, given in self.columns.items() if given == role), None)


class FilesAnswers(Answer):
    """The second step: which column is what. An empty ``files`` takes what ``describe-files`` guesses.

    ``incomplete`` rows have an embedding and no label: they are refused, or left out (``drop``). ``ids`` may be made
    ``new``, in case the given ones tell the label; without a column of ids they are always new.
    """

    files: dict[str, FileAnswer] = Field(default={}, max_length=100)
    incomplete: Literal["refuse", "drop"] = "refuse"
    ids: Literal["keep", "new"] = "keep"


class TaskAnswer(Answer):
    """One task; with ``positive`` it tells this class from all others (selection only)."""

    name: str = Field(pattern=NAME, max_length=40)
    title: str = Field(default="", max_length=100)
    positive: str | None = None


class TasksAnswers(Answer):
    """The third step. Without ``classes`` they are the labels found; without ``tasks`` there is one, of all classes."""

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
    """The fourth step: the hidden test set, unless files of the part ``test`` give it.

    ``test_rows`` stands in place of ``test_share`` of all rows. ``final_share`` is the part of the test set that is
    kept for after the end. ``stratify``: each class has the same part in it. ``by_group``: no group is on both sides;
    None means: if a column is a group. Rows with the very same embedding always stay together.
    """

    test_share: Share = 0.2
    test_rows: Rows | None = None
    final_share: Share = 0.0
    stratify: bool = True
    by_group: bool | None = None
    seed: Seed = 2026


class SelectionAnswers(Answer):
    """``labels``: the pool's are public (``known``), or the submission brings them. None: a default from the data.

    ``examples_each`` rows of each class are given beside the pool: 5 by default with submitted labels, else none.
    """

    labels: Literal["known", "submitted"] = "known"
    budget: int | None = Field(default=None, ge=2, le=100_000)
    every_class: bool = False
    examples_each: int | None = Field(default=None, ge=0, le=1000)


class CleaningAnswers(Answer):
    """Wrong labels are ``given`` (one column of labels, one of true labels) or ``planted``; None: as the columns say.

    Planted ones: the part ``rate`` of each class is wrong. ``uniform`` takes any other class, ``similar`` the class
    whose mean embedding is nearest, ``confusion`` what ``confusion`` says: class → class it is taken for → part of its
    rows (``rate`` is not used then). ``train_rows`` is at most 10,000; ``validation_rows`` are public, labelled right.
    """

    action: Literal["rank", "relabel"] = "relabel"
    budget: int | None = Field(default=None, ge=1, le=MAX_TRAIN_ROWS)
    train_rows: int | None = Field(default=None, ge=2, le=MAX_TRAIN_ROWS)
    validation_rows: Rows = 0
    noise: Literal["given", "planted"] | None = None
    rate: float = Field(default=0.2, gt=0, lt=1)
    pattern: Literal["uniform", "similar", "confusion"] = "uniform"
    confusion: dict[str, dict[str, float]] = Field(default={}, max_length=1000)
    noise_seed: Seed = 2026
    reveal: Literal["counts", "fixes"] = "counts"

    @model_validator(mode="after")
    def _confusion_is_one(self) -> Self:
        if self.pattern == "confusion" and not self.confusion:
            raise ValueError("confusion: say which class is taken for which, and how often")
        for name, others in self.confusion.items():
            if name in others or not all(0 <= part <= 1 for part in others.values()) or sum(others.values()) > 1:
                raise ValueError(
                    f"confusion: {quoted(name)} is taken for other classes, by parts of together at most 1"
                )
        return self


class SellerAnswer(Answer):
    """A seller, by the value of its column; without a price, one coin for each row."""

    title: str = Field(default="", max_length=100)
    price: Price | None = None


class AcquisitionAnswers(Answer):
    """One market. ``budget`` is by default what a quarter of all rows costs.

    The buyer's own rows are a file of the part ``buyer``, or ``buyer_rows`` that are split off. ``samples_each`` rows
    of each seller are shown.
    """

    budget: float | None = Field(default=None, gt=0, le=MAX_AMOUNT)
    sellers: dict[str, SellerAnswer] = Field(default={}, max_length=MAX_SELLERS)
    buyer_rows: int = Field(default=100, ge=2, le=100_000)
    samples_each: int = Field(default=5, ge=0, le=100)
    accuracy_weight: float = Field(default=0.98, gt=0, le=1)


class ScoringAnswers(Answer):
    """Model, metric, seeds. None: a default that fits kind and data."""

    model: str = "logistic-regression"
    parameters: dict[str, float | int | str | bool] = {}
    metric: str | None = None
    seeds: list[Seed] | None = Field(default=None, min_length=1, max_length=100)
    subsample: float | None = Field(default=None, gt=0, le=1)

    @field_validator("model")
    @classmethod
    def _known_model(cls, name: str) -> str:
        if name not in PARAMETERS:
            raise ValueError(f"unknown model {quoted(name)}; there are {', '.join(PARAMETERS)}")
        return name

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, name: str | None) -> str | None:
        if name is not None and name not in METRICS:
            raise ValueError(f"unknown metric {quoted(name)}; there are {', '.join(METRICS)}")
        return name


class TextsAnswers(Answer):
    """The last step. An empty text gets one that says what was chosen."""

    title: str = Field(default="", max_length=100)
    slug: str = Field(default="", max_length=60, pattern=f"^$|{SLUG}")
    summary: str = Field(default="", max_length=300)
    licence: str = Field(default="", max_length=300)
    description: str = Field(default="", max_length=50_000)
    rules: str = Field(default="", max_length=50_000)
    data_card: str = Field(default="", max_length=50_000)


class Answers(Answer):
    """All answers, by step. ``Answers()`` is valid: everything as the files suggest."""

    format: Literal[1] = 1
    kind: KindAnswers = KindAnswers()
    files: FilesAnswers = FilesAnswers()
    tasks: TasksAnswers = TasksAnswers()
    split: SplitAnswers = SplitAnswers()
    selection: SelectionAnswers = SelectionAnswers()
    cleaning: CleaningAnswers = CleaningAnswers()
    acquisition: AcquisitionAnswers = AcquisitionAnswers()
    scoring: ScoringAnswers = ScoringAnswers()
    texts: TextsAnswers = TextsAnswers()

    @model_validator(mode="after")
    def _steps_agree(self) -> Self:
        kind = self.kind.kind
        for name, file in self.files.files.items():
            if file.part not in PARTS[kind]:
                raise ValueError(f"files.part: {quoted(name)} is {file.part}; here there are {', '.join(PARTS[kind])}")
        if kind != "selection" and (len(self.tasks.tasks) > 1 or any(task.positive for task in self.tasks.tasks)):
            raise ValueError("tasks.tasks: several tasks, or one with a positive class, are for a selection")
        return self
