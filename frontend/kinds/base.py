"""What every kind of challenge gives to the pages; their templates show it without asking which kind it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaluators.registry import MODELS, scorers_for
from evaluators.specification import Specification, Table
from frontend.rows.public_data import PublicData

MAX_FILES_NAMED = 6
"""With more tasks an example of a command sends one archive."""

SCORERS = {
    "corrected": (
        "what the challenge means: mistakes are refused and named, and the quirks of the public evaluator are closed"
    ),
    "reference": (
        "the public evaluator of 2023, to the last digit and with its quirks, so that scores compare with those that "
        "were published"
    ),
    "reference-knn": "the public evaluator of 2023 in its second configuration, nine nearest neighbours",
}
"""What counts on the board, by the name of the scorer."""

WITHOUT_REFERENCE = "the model as described here; mistakes in a file are refused and named"
"""The same of a challenge that no public evaluator stands beside."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the card beside a challenge; ``code`` is set as code, ``note`` is small and quiet."""

    term: str
    value: str
    note: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A few lines of a file that would be accepted; ``id`` is its anchor on a page."""

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
    """A baseline of the same board, with its result as it was recorded."""

    name: str
    result: dict[str, Any]


class KindPages(ABC):
    """How a challenge is shown. ``name`` is also the folder of the kind's templates."""

    specification: Specification
    name: str
    endings: tuple[str, ...] = (".csv", ".zip")
    """What a submitted file's name may end with, for the browser's dialogue."""

    board_metrics: tuple[str, ...] = ()
    """Metrics that the board shows beside the score, each the mean over the tasks."""

    unmeasured: tuple[str, ...] = ()
    """Metrics that the scorer names and does not measure."""

    reads_specification = False
    """Whether ``python`` reads what the API says of the challenge."""

    compares = False
    """Whether an outcome is shown beside those of the baselines."""

    rows_need_pictures = False
    """Whether the public rows are worth a look only where they are pictures."""

    @property
    @abstractmethod
    def facts(self) -> list[Fact]:
        """What the card beside the challenge says, besides what all kinds have."""

    @property
    @abstractmethod
    def limits(self) -> str:
        """In a sentence: what may be sent. It also stands for the rules where the organizer wrote none."""

    @property
    @abstractmethod
    def hint(self) -> str:
        """Which files to choose, in a few words."""

    @property
    @abstractmethod
    def examples(self) -> list[Example]:
        """Every accepted format; the first one is what a newcomer should take."""

    @property
    @abstractmethod
    def fetch(self) -> list[str]:
        """Names of the public files that ``python`` reads."""

    @property
    @abstractmethod
    def python(self) -> str:
        """A program that makes a file that is accepted."""

    @property
    def seed_note(self) -> str:
        """What another seed changes."""
        return ""

    @property
    def row_tables(self) -> dict[str, Table]:
        """Public tables whose rows can be looked at one by one, by their title."""
        return {}

    def data(self, public: PublicData) -> Any:
        """What the kind's ``data.html`` shows of the public data."""
        return None

    @abstractmethod
    def outcome(self, public: PublicData, result: dict[str, Any], others: Sequence[Other], *, whole: bool) -> Any:
        """What the kind's ``outcome.html`` shows of a recorded result; None if there is nothing.

        ``others`` are baselines of the same board. Without ``whole`` the reader is not of the team: then it is about
        scores alone, not about what was sent.
        """

    @property
    def title(self) -> str:
        return KIND_TITLES[self.name]

    @property
    def ask_template(self) -> str:
        return f"frontend/kinds/{self.name}/ask.html"

    @property
    def data_template(self) -> str:
        return f"frontend/kinds/{self.name}/data.html"

    @property
    def outcome_template(self) -> str:
        return f"frontend/kinds/{self.name}/outcome.html"

    @property
    def send(self) -> list[str]:
        """Names of the files of a whole submission."""
        names = [f"{task.name}{self.endings[0]}" for task in self.specification.tasks]
        return names if len(names) <= MAX_FILES_NAMED else ["submission.zip"]

    @property
    def several(self) -> bool:
        return len(self.specification.tasks) > 1

    @property
    def scorer(self) -> Fact:
        """Which scorer counts on the board, and what that means."""
        specification = self.specification
        info = scorers_for(specification).get(specification.scorer)
        version = f" {info.version}" if info is not None else ""
        meaning = SCORERS[specification.scorer] if specification.reference else WITHOUT_REFERENCE
        return Fact("Scorer", f"{specification.scorer}{version}", meaning)

    @property
    def accept(self) -> str:
        return ",".join(self.endings)


KIND_TITLES = {"selection": "Selection", "cleaning": "Cleaning", "acquisition": "Acquisition"}
KIND_MEANINGS = {
    "selection": "choose the rows that a model is trained on",
    "cleaning": "find the wrong labels of a training set",
    "acquisition": "decide what to buy from whom",
}
DOMAIN_TITLES = {"text": "Text", "vision": "Images", "speech": "Speech", "tabular": "Tables", "other": "Other data"}


def model_fact(specification: Specification) -> Fact:
    model = specification.model
    title = MODELS[model.name].title if model.name in MODELS else model.name
    return Fact("Model", title, code=", ".join(f"{key}={value}" for key, value in model.parameters.items()))


def bars(counts: dict[str, float], most: int = 24) -> list[Bar]:
    """The largest counts first; what is beyond ``most`` lines is one line at the end, without a bar."""
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
