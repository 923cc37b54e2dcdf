"""What every kind of challenge provides to the pages; templates show it without asking which kind it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaluators.registry import MODELS, scorers_for
from evaluators.specification import Specification, Table
from frontend.rows.public_data import PublicData

MAX_FILES_NAMED = 6
"""With more tasks, the example command sends one archive."""

WITHOUT_REFERENCE = "the model as described here; mistakes in a file are refused and named"
"""What the scores are in challenges without a public evaluator to compare with."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the card beside a challenge; ``code`` is set as code, ``note`` in small grey type."""

    term: str
    value: str
    note: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A few lines of a valid file; ``id`` is its anchor on a page."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a bar chart; ``share`` is the bar's length in percent."""

    label: str
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class Other:
    """A baseline on the same board, with its recorded result."""

    name: str
    result: dict[str, Any]


class KindPages(ABC):
    """How a challenge is shown. A folder of templates called as the kind replaces those that all kinds have."""

    specification: Specification
    endings: tuple[str, ...] = (".csv", ".zip")
    """Accepted file name endings, for the browser's file dialog."""

    board_metrics: tuple[str, ...] = ()
    """Metrics that the board shows beside the score, each averaged over the tasks."""

    unmeasured: tuple[str, ...] = ()
    """Metrics that the scorer reports but does not measure itself."""

    reads_specification = False
    """Whether the program of ``python`` reads the challenge's specification from the API."""

    score_term = "Score"
    """What the page calls the metric by which the board is sorted."""

    compares = False
    """Whether an outcome is shown next to those of the baselines."""

    rows_need_pictures = False
    """Whether public rows are shown only if they are pictures."""

    @property
    @abstractmethod
    def facts(self) -> list[Fact]:
        """Lines for the card beside the challenge, in addition to those that all kinds have."""

    @property
    @abstractmethod
    def limits(self) -> str:
        """One sentence on what may be submitted. It is shown in place of rules if the organizer wrote none."""

    @property
    @abstractmethod
    def hint(self) -> str:
        """A few words on which files to choose."""

    @property
    @abstractmethod
    def examples(self) -> list[Example]:
        """An example of every accepted format, the one recommended to newcomers first."""

    @property
    @abstractmethod
    def fetch(self) -> list[str]:
        """Names of the public files that the program of ``python`` reads."""

    @property
    @abstractmethod
    def python(self) -> str:
        """A program that writes a valid submission."""

    @property
    def seed_note(self) -> str:
        """What a different seed changes."""
        return ""

    @property
    def row_tables(self) -> dict[str, Table]:
        """Public tables whose rows can be browsed, by title."""
        return {}

    def data(self, public: PublicData) -> Any:
        """The public data as the kind's ``data.html`` needs it."""
        return None

    def outcome(self, public: PublicData, result: dict[str, Any], others: Sequence[Other], *, whole: bool) -> Any:
        """A recorded result as the kind's ``outcome.html`` needs it; None if there is nothing to show.

        ``others`` are baselines on the same board. ``whole`` is False for readers outside the team: they see scores
        but nothing of what was submitted.
        """
        return None

    @property
    def ask_template(self) -> tuple[str, ...]:
        return self._template("ask")

    @property
    def data_template(self) -> tuple[str, ...]:
        return self._template("data")

    @property
    def outcome_template(self) -> tuple[str, ...]:
        return self._template("outcome")

    def _template(self, name: str) -> tuple[str, ...]:
        """The kind's own template if it has one, otherwise the one for all kinds."""
        return f"frontend/kinds/{self.specification.kind}/{name}.html", f"frontend/kinds/{name}.html"

    @property
    def send(self) -> list[str]:
        """Names of the files of a complete submission."""
        names = [f"{task.name}{self.endings[0]}" for task in self.specification.tasks]
        return names if len(names) <= MAX_FILES_NAMED else ["submission.zip"]

    @property
    def several(self) -> bool:
        return len(self.specification.tasks) > 1

    @property
    def published(self) -> bool:
        """Whether the board shows the numbers of a public evaluator."""
        info = scorers_for(self.specification).get(self.specification.scorer)
        return info is not None and info.reference is not None

    @property
    def scorers(self) -> list[str]:
        """The names of the scorers that the command line offers, the challenge's own first."""
        own = self.specification.scorer
        return [own, *(name for name in scorers_for(self.specification) if name != own)]

    @property
    def scorer(self) -> Fact:
        """Which scorer counts on the board, and what that means."""
        specification = self.specification
        info = scorers_for(specification).get(specification.scorer)
        version = f" {info.version}" if info is not None else ""
        meaning = info.meaning if info is not None and specification.reference else WITHOUT_REFERENCE
        return Fact("Scorer", f"{specification.scorer}{version}", meaning)

    @property
    def accept(self) -> str:
        return ",".join(self.endings)


def model_fact(specification: Specification) -> Fact:
    model = specification.model
    title = MODELS[model.name].title if model.name in MODELS else model.name
    return Fact("Model", title, code=", ".join(f"{key}={value}" for key, value in model.parameters.items()))


def bars(counts: dict[str, float], most: int = 24) -> list[Bar]:
    """The largest counts first; those beyond ``most`` lines are summed up in a last line without a bar."""
    ordered = sorted(((label, value) for label, value in counts.items() if value), key=lambda pair: -pair[1])
    top = ordered[0][1] if ordered else 1.0
    shown = [Bar(label, value, round(100 * value / top, 2)) for label, value in ordered[:most]]
    rest = ordered[most:]
    if rest:
        shown.append(Bar(f"{len(rest)} more", sum(value for _, value in rest), 0.0))
    return shown


def public_name(path: str) -> str:
    return path.removeprefix("public/")


def listed(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
