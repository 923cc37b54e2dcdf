"""Which names stand for which code: scorers, models, baselines, importers. Adding one is a module and a line here.

Entries name their module and are imported on use: a page that lists the baselines must not load scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from evaluators.kinds.base import Marks, Submission, Timings
from evaluators.prepared import PreparedDataset
from evaluators.specification import Specification
from evaluators.uploads import Upload


GiveMarks = Callable[[PreparedDataset, Submission, Timings], Marks]
"""A scoring; its third argument receives the seconds of each part."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``location`` is ``module:attribute``."""

    name: str
    title: str
    location: str

    def load(self) -> Any:
        return _load(self.location)


@dataclass(frozen=True, slots=True)
class ScorerInfo:
    """How the submissions of some challenges are read and scored.

    ``of`` is a kind of challenge, or what the specification calls ``reference``. ``reading`` and ``scoring`` are
    ``module:attribute``; reading loads neither scikit-learn nor faiss. ``without_curves`` is a scoring that gives the
    same numbers sooner and no curves, where there is one. ``version`` changes whenever the same submission could get
    another score.
    """

    of: str
    name: str
    version: str
    reading: str
    scoring: str
    without_curves: str = ""

    def read(self, dataset: PreparedDataset, uploads: Sequence[Upload]) -> Submission:
        """Read and check files.

        Raises:
            SubmissionError: with every problem found.
        """
        submission: Submission = _load(self.reading)(dataset, uploads)
        return submission

    def load(self, *, curves: bool = True) -> GiveMarks:
        """The function that scores what ``read`` has returned."""
        location = self.scoring if curves else self.without_curves or self.scoring
        function: GiveMarks = _load(location)
        return function


@dataclass(frozen=True, slots=True)
class BaselineInfo(Entry):
    """``paper`` says where the method comes from. ``needs_examples``: it starts from the challenge's examples."""

    paper: str = ""
    needs_examples: bool = False


class UnknownScorer(ValueError):
    """The challenge has no scorer of this name."""


E = TypeVar("E", bound=Entry)


def _load(location: str) -> Any:
    module, _, attribute = location.partition(":")
    return getattr(import_module(module), attribute)


def _by_name(entries: Iterable[E]) -> dict[str, E]:
    named: dict[str, E] = {}
    for entry in entries:
        if entry.name in named:
            raise RuntimeError(f"the registry has two entries called {entry.name}")
        named[entry.name] = entry
    return named


SCORERS = [
    ScorerInfo(
        "selection",
        "corrected",
        "2.0.0",
        "evaluators.kinds.selection.reading:read",
        "evaluators.kinds.selection.scoring:score",
    ),
    ScorerInfo(
        "dataperf-vision-selection",
        "reference",
        "1.0.0",
        "evaluators.kinds.selection.reference_vision:read",
        "evaluators.kinds.selection.reference_vision_scoring:score",
    ),
    ScorerInfo(
        "dataperf-speech-selection",
        "reference",
        "1.0.0",
        "evaluators.kinds.selection.reference_speech:read",
        "evaluators.kinds.selection.reference_speech_scoring:score",
    ),
    ScorerInfo(
        "cleaning",
        "corrected",
        "1.0.0",
        "evaluators.kinds.cleaning.reading:read",
        "evaluators.kinds.cleaning.scoring:score",
    ),
    ScorerInfo(
        "dataperf-vision-cleaning",
        "reference",
        "1.0.0",
        "evaluators.kinds.cleaning.reading:read_reference",
        "evaluators.kinds.cleaning.reference:score",
        without_curves="evaluators.kinds.cleaning.reference:score_without_curves",
    ),
    ScorerInfo(
        "acquisition",
        "corrected",
        "1.0.0",
        "evaluators.kinds.acquisition.reading:read",
        "evaluators.kinds.acquisition.scoring:score",
    ),
    ScorerInfo(
        "dataperf-acquisition",
        "reference",
        "1.0.0",
        "evaluators.kinds.acquisition.reading:read_reference",
        "evaluators.kinds.acquisition.reference:score",
    ),
    ScorerInfo(
        "dataperf-acquisition",
        "reference-knn",
        "1.0.0",
        "evaluators.kinds.acquisition.reading:read_reference",
        "evaluators.kinds.acquisition.reference:score_neighbours",
    ),
]

MODELS = _by_name(
    [
        Entry(
            "logistic-regression",
            "Logistic regression",
            "evaluators.models.logistic_regression:LogisticRegression",
        ),
        Entry("keyword-vote", "Support vectors and logistic regression", "evaluators.models.keyword_vote:KeywordVote"),
        Entry("linear-adamw", "Two linear layers (AdamW)", "evaluators.models.linear_adamw:LinearAdamW"),
        Entry(
            "nearest-neighbours",
            "Nearest neighbours",
            "evaluators.models.nearest_neighbours:NearestNeighbours",
        ),
    ]
)

_SELECTION = _by_name(
    [
        BaselineInfo(
            "random",
            "Random",
            "evaluators.baselines.selection.random:choose",
            paper="uniform sampling without replacement",
        ),
        BaselineInfo(
            "stratified",
            "Stratified random",
            "evaluators.baselines.selection.stratified:choose",
            paper="Neyman 1934, On the two different aspects of the representative method",
        ),
        BaselineInfo(
            "k-center",
            "Farthest point (k-center)",
            "evaluators.baselines.selection.k_center:choose",
            paper="Gonzalez 1985, Clustering to minimize the maximum intercluster distance; "
            "Sener and Savarese 2018, Active learning for convolutional neural networks: a core-set approach",
        ),
        BaselineInfo(
            "k-medoids",
            "k-medoids",
            "evaluators.baselines.selection.k_medoids:choose",
            paper="Kaufman and Rousseeuw 1990, Finding groups in data; "
            "Schubert and Rousseeuw 2021, Fast and eager k-medoids clustering",
        ),
        BaselineInfo(
            "uncertainty",
            "Uncertainty sampling",
            "evaluators.baselines.selection.uncertainty:choose",
            paper="Lewis and Gale 1994, A sequential algorithm for training text classifiers",
        ),
        BaselineInfo(
            "seals",
            "SEALS: uncertainty among neighbours",
            "evaluators.baselines.selection.seals:choose",
            paper="Coleman et al. 2022, Similarity search for efficient active learning and search of rare concepts",
        ),
        BaselineInfo(
            "neighbours",
            "Neighbours of the examples",
            "evaluators.baselines.selection.neighbours:choose",
            paper="Coleman et al. 2022, Similarity search for efficient active learning and search of rare concepts",
            needs_examples=True,
        ),
    ]
)

_CLEANING = _by_name(
    [
        BaselineInfo(
            "random",
            "Random",
            "evaluators.baselines.cleaning.random:choose",
            paper="uniform sampling without replacement",
        ),
        BaselineInfo(
            "confident-learning",
            "Confident learning",
            "evaluators.baselines.cleaning.confident_learning:choose",
            paper="Northcutt et al. 2021, Confident learning: estimating uncertainty in dataset labels",
        ),
        BaselineInfo(
            "neighbour-disagreement",
            "Disagreement with neighbours",
            "evaluators.baselines.cleaning.neighbour_disagreement:choose",
            paper="Wilson 1972, Asymptotic properties of nearest neighbor rules using edited data",
        ),
        BaselineInfo(
            "knn-shapley",
            "Shapley values of neighbours",
            "evaluators.baselines.cleaning.knn_shapley:choose",
            paper="Jia et al. 2019, Efficient task-specific data valuation for nearest neighbor algorithms",
        ),
    ]
)

_ACQUISITION = _by_name(
    [
        BaselineInfo(
            "nothing",
            "Nothing",
            "evaluators.baselines.acquisition.nothing:choose",
            paper="what a market is worth without its data",
        ),
        BaselineInfo(
            "uniform",
            "The same money to all",
            "evaluators.baselines.acquisition.uniform:choose",
            paper="Chen et al. 2023, Data acquisition: a new frontier in data-centric AI",
        ),
        BaselineInfo(
            "proportional",
            "The same part of all",
            "evaluators.baselines.acquisition.proportional:choose",
            paper="proportional allocation, Neyman 1934, On the two different aspects of the representative method",
        ),
        BaselineInfo(
            "random-seller",
            "One seller, drawn",
            "evaluators.baselines.acquisition.random_seller:choose",
            paper="Chen et al. 2023, Data acquisition: a new frontier in data-centric AI",
        ),
        BaselineInfo(
            "best-seller",
            "One seller, by its labels",
            "evaluators.baselines.acquisition.best_seller:choose",
            paper="label correlations of Chen et al. 2023 compared with the buyer's",
        ),
        BaselineInfo(
            "most-similar",
            "The sellers most similar",
            "evaluators.baselines.acquisition.most_similar:choose",
            paper="Ben-David et al. 2010, A theory of learning from different domains",
        ),
    ]
)

BASELINES = {"selection": _SELECTION, "cleaning": _CLEANING, "acquisition": _ACQUISITION}

BASELINE_WRITERS = {
    "selection": "evaluators.baselines.selection.writing:write",
    "cleaning": "evaluators.baselines.cleaning.writing:write",
    "acquisition": "evaluators.baselines.acquisition.writing:write",
}

IMPORTERS: dict[str, Entry] = _by_name(
    [
        Entry("vision-selection", "DataPerf: vision selection", "evaluators.importers.vision_selection:import_bundle"),
        Entry("speech-selection", "DataPerf: speech selection", "evaluators.importers.speech_selection:import_bundle"),
        Entry("acquisition", "DataPerf: data acquisition", "evaluators.importers.acquisition:import_bundle"),
        Entry("vision-cleaning", "DataPerf: vision cleaning", "evaluators.importers.vision_cleaning:import_bundle"),
    ]
)


def scorers_for(specification: Specification) -> dict[str, ScorerInfo]:
    """The scorers that this challenge can have, by name."""
    return {info.name: info for info in SCORERS if info.of in (specification.kind, specification.reference)}


def scorer_of(specification: Specification, name: str | None = None) -> ScorerInfo:
    """A challenge's scorer: the one that counts on its board, or another one by name.

    Raises:
        UnknownScorer: it has none of this name.
    """
    available = scorers_for(specification)
    wanted = name or specification.scorer
    if wanted not in available:
        raise UnknownScorer(f"this challenge has no scorer '{wanted}'; it has {', '.join(available)}")
    return available[wanted]


def model_class(name: str) -> Any:
    """The class of a fixed model, see ``models.base.FixedModel``."""
    return MODELS[name].load()


def baselines_for(specification: Specification) -> list[BaselineInfo]:
    """The baselines that this challenge can have."""
    available = list(BASELINES[specification.kind].values())
    if specification.kind != "selection" or all(plan.examples for plan in specification.plans.values()):
        return available
    if specification.labels == "submitted":
        return []  # Their labels would be those of the nearest examples.
    return [info for info in available if not info.needs_examples]


def write_baseline(info: BaselineInfo, dataset: PreparedDataset, folder: Path, *, seed: int) -> list[Path]:
    """Choose by a baseline and write its files into ``folder``, as a participant would send them."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = _load(BASELINE_WRITERS[dataset.specification.kind])(info.load(), dataset, folder, seed=seed)
    return written
