"""What a challenge is: the validated form of a bundle's ``challenge.yaml``.

Organizers give parameters, never code. Everything here is data; which model, metric or kind a name stands for is
decided by the registry. Importing this module costs no scikit-learn and no faiss: the site reads it on every page.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from evaluators.errors import BundleError, Problem, quoted
from evaluators.metric_names import METRICS, Direction
from evaluators.models.parameters import PARAMETERS

SPECIFICATION_FILE = "challenge.yaml"
MAX_SPECIFICATION_BYTES = 256 * 1024

# A name becomes part of file names and addresses, and on some systems those do not tell A from a.
NAME = r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$"

MAX_ID_BYTES = 128
"""Longest id of a row, in UTF-8 bytes."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Table(_Part):
    """One table of rows: parquet files with the same columns, read in the order given."""

    files: list[str] = Field(min_length=1, max_length=1000)
    id: str = "id"
    embedding: str = "embedding"
    label: str | None = None

    @field_validator("files")
    @classmethod
    def _inside_the_bundle(cls, files: list[str]) -> list[str]:
        for name in files:
            if not _matches_data_file(name):
                raise ValueError(f"'{name}' is not public/NAME.parquet or hidden/NAME.parquet")
        if len(set(files)) != len(files):
            raise ValueError("a file is named twice")
        return files


class Task(_Part):
    """One training set to be chosen.

    With ``positive`` the task is binary: rows labelled ``positive`` are class "1", all others class "0". Without it,
    the labels are the classes of the specification.
    """

    name: str = Field(pattern=NAME, max_length=40)
    title: str = Field(default="", max_length=100)
    positive: str | None = None


class Model(_Part):
    """The fixed model and its parameters, see ``models.parameters``; the registry says which code a name stands for."""

    name: Literal["logistic-regression", "nearest-neighbours"]
    parameters: dict[str, float | int | str | bool] = {}

    @model_validator(mode="after")
    def _known_parameters(self) -> Self:
        try:
            PARAMETERS[self.name].model_validate(self.parameters)
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"parameters: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        return self


class Specification(_Part):
    """A *selection* challenge: choose at most ``budget`` rows of a pool for each task.

    ``labels`` says where the labels of the chosen rows come from: ``known`` (the pool's own, public ones; a submission
    names ids only) or ``submitted`` (the pool has none; a submission names ids and labels).

    ``subsample`` is the part of the chosen rows, by class, on which each seed trains. Below 1 the spread over seeds
    says how much a score hangs on single rows. At 1 nothing would depend on the seed, so only one is allowed.
    """

    format: Literal[1]
    kind: Literal["selection"]
    slug: str = Field(pattern=NAME, max_length=60)
    title: str = Field(min_length=1, max_length=100)
    summary: str = Field(min_length=1, max_length=300)
    domain: Literal["text", "vision", "speech", "tabular", "other"]
    licence: str = Field(min_length=1, max_length=300)
    description: str = Field(default="", max_length=50_000)
    rules: str = Field(default="", max_length=50_000)
    data_card: str = Field(default="", max_length=50_000)

    labels: Literal["known", "submitted"]
    classes: list[str] = Field(min_length=2, max_length=1000)
    tasks: list[Task] = Field(min_length=1, max_length=50)
    budget: int = Field(ge=2, le=100_000)
    model: Model
    metric: str
    seeds: list[int] = Field(min_length=1, max_length=100)
    subsample: float = Field(default=1.0, gt=0, le=1)

    pool: Table
    test: Table
    examples: Table | None = None

    @field_validator("classes")
    @classmethod
    def _can_be_written_in_a_cell(cls, names: list[str]) -> list[str]:
        # A submission's cells are read without the blanks around them.
        for name in names:
            if not 1 <= len(name) <= 100 or not name.isprintable() or name != name.strip():
                raise ValueError(f"{quoted(name)}: a class has 1 to 100 characters that print, no blank at its ends")
        return names

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, name: str) -> str:
        if name not in METRICS:
            raise ValueError(f"unknown metric '{name}'; there are {', '.join(METRICS)}")
        return name

    @field_validator("seeds")
    @classmethod
    def _different_seeds(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) != len(seeds) or not all(0 <= seed < 2**32 for seed in seeds):
            raise ValueError("seeds are different whole numbers from 0 to 4294967295")
        return seeds

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("classes: a class is named twice")
        names = [task.name for task in self.tasks]
        if len(set(names)) != len(names):
            raise ValueError("tasks: a name is used twice")
        if self.labels == "known" and self.pool.label is None:
            raise ValueError("pool: with known labels the pool names its label column")
        if self.labels == "submitted" and self.pool.label is not None:
            raise ValueError("pool: with submitted labels the pool must have no label column, it would be published")
        if self.test.label is None or (self.examples is not None and self.examples.label is None):
            raise ValueError("test and examples name their label column")
        for task in self.tasks:
            if task.positive is not None and task.positive not in self.classes:
                raise ValueError(f"tasks: '{task.positive}' is not one of the classes")
        binary = METRICS[self.metric].binary
        if binary and any(len(self.classes_of(task)) != 2 for task in self.tasks):
            raise ValueError(f"metric: {self.metric} needs two classes in every task")
        if self.subsample == 1 and len(self.seeds) > 1:
            raise ValueError("seeds: with subsample 1 every seed gives the same score; name one seed")
        if any(not name.startswith("public/") for name in self.public_tables_files):
            raise ValueError("pool and examples are public: their files belong in public/")
        if any(not name.startswith("hidden/") for name in self.test.files):
            raise ValueError("test rows are hidden: their files belong in hidden/")
        return self

    def classes_of(self, task: Task) -> list[str]:
        """The labels that a row of ``task`` may have."""
        return ["0", "1"] if task.positive is not None else self.classes

    @property
    def direction(self) -> Direction:
        return METRICS[self.metric].direction

    @property
    def columns(self) -> list[str]:
        """The columns of a submission's file for one task."""
        return ["id"] if self.labels == "known" else ["id", "label"]

    @property
    def public_tables_files(self) -> list[str]:
        return self.pool.files + (self.examples.files if self.examples else [])

    @cached_property
    def data_files(self) -> list[str]:
        """Every data file of the bundle, public ones first."""
        return list(dict.fromkeys(self.public_tables_files + self.test.files))

    @property
    def max_file_bytes(self) -> int:
        """A file larger than this is refused unread: no right one can be.

        One line holds an id, a label, a task's name, their quotes (each may be doubled) and line ends.
        """
        longest_label = max(len(name.encode()) for name in self.classes)
        line = 2 * (MAX_ID_BYTES + longest_label + 40) + 16
        return max(64 * 1024, (self.budget + 1) * len(self.tasks) * line)

    def scoring_part(self) -> dict[str, Any]:
        """What a score depends on. Editing a text leaves the dataset, and so every score, as it is."""
        texts = ("title", "summary", "licence", "description", "rules", "data_card", "domain")
        return self.model_dump(mode="json", exclude={**dict.fromkeys(texts, True), "tasks": {"__all__": {"title"}}})


def _matches_data_file(name: str) -> bool:
    folder, _, file = name.partition("/")
    stem = file.removesuffix(".parquet")
    return (
        folder in ("public", "hidden")
        and stem != file
        and stem[:1].isalnum()
        and stem.isascii()
        and all(char.isalnum() or char in "._-" for char in stem)
    )


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
        return Specification.model_validate(document)
    except ValidationError as error:
        raise BundleError([_as_problem(item) for item in error.errors()]) from error


def _as_problem(item: Any) -> Problem:
    field = ".".join(str(part) for part in item["loc"]) or None
    if item["type"] == "model_type" and field is None:
        return Problem("is not a mapping from fields to values.", file=SPECIFICATION_FILE)
    return Problem(f"{item['msg'].removeprefix('Value error, ')}.", file=SPECIFICATION_FILE, field=field)
