"""The baselines of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.selection.specification import SelectionSpecification
from evaluators.learning.entries import RegistryEntry, by_name, load
from evaluators.specification.challenge import Specification


@dataclass(frozen=True, slots=True)
class BaselineInfo(RegistryEntry):
    """``paper`` is the source of the method. ``needs_examples``: it starts from the challenge's examples."""

    paper: str = ""
    needs_examples: bool = False


_SELECTION = by_name(
    [
        BaselineInfo(
            "random",
            "Random",
            "evaluators.kinds.selection.baselines.random:choose",
            paper="uniform sampling without replacement",
        ),
        BaselineInfo(
            "stratified",
            "Stratified random",
            "evaluators.kinds.selection.baselines.stratified:choose",
            paper="Neyman 1934, On the two different aspects of the representative method",
        ),
        BaselineInfo(
            "k-center",
            "Farthest point (k-center)",
            "evaluators.kinds.selection.baselines.k_center:choose",
            paper="Gonzalez 1985, Clustering to minimize the maximum intercluster distance; "
            "Sener and Savarese 2018, Active learning for convolutional neural networks: a core-set approach",
        ),
        BaselineInfo(
            "k-medoids",
            "k-medoids",
            "evaluators.kinds.selection.baselines.k_medoids:choose",
            paper="Kaufman and Rousseeuw 1990, Finding groups in data; "
            "Schubert and Rousseeuw 2021, Fast and eager k-medoids clustering",
        ),
        BaselineInfo(
            "uncertainty",
            "Uncertainty sampling",
            "evaluators.kinds.selection.baselines.uncertainty:choose",
            paper="Lewis and Gale 1994, A sequential algorithm for training text classifiers",
        ),
        BaselineInfo(
            "seals",
            "SEALS: uncertainty among neighbours",
            "evaluators.kinds.selection.baselines.seals:choose",
            paper="Coleman et al. 2022, Similarity search for efficient active learning and search of rare concepts",
        ),
        BaselineInfo(
            "neighbours",
            "Neighbours of the examples",
            "evaluators.kinds.selection.baselines.neighbours:choose",
            paper="Coleman et al. 2022, Similarity search for efficient active learning and search of rare concepts",
            needs_examples=True,
        ),
    ]
)

_CLEANING = by_name(
    [
        BaselineInfo(
            "random",
            "Random",
            "evaluators.kinds.cleaning.baselines.random:choose",
            paper="uniform sampling without replacement",
        ),
        BaselineInfo(
            "confident-learning",
            "Confident learning",
            "evaluators.kinds.cleaning.baselines.confident_learning:choose",
            paper="Northcutt et al. 2021, Confident learning: estimating uncertainty in dataset labels",
        ),
        BaselineInfo(
            "neighbour-disagreement",
            "Disagreement with neighbours",
            "evaluators.kinds.cleaning.baselines.neighbour_disagreement:choose",
            paper="Wilson 1972, Asymptotic properties of nearest neighbor rules using edited data",
        ),
        BaselineInfo(
            "knn-shapley",
            "Shapley values of neighbours",
            "evaluators.kinds.cleaning.baselines.knn_shapley:choose",
            paper="Jia et al. 2019, Efficient task-specific data valuation for nearest neighbor algorithms",
        ),
    ]
)

_ACQUISITION = by_name(
    [
        BaselineInfo(
            "nothing",
            "Nothing",
            "evaluators.kinds.acquisition.baselines.nothing:choose",
            paper="what a market is worth without its data",
        ),
        BaselineInfo(
            "uniform",
            "The same money to all",
            "evaluators.kinds.acquisition.baselines.uniform:choose",
            paper="Chen et al. 2023, Data acquisition: a new frontier in data-centric AI",
        ),
        BaselineInfo(
            "proportional",
            "The same part of all",
            "evaluators.kinds.acquisition.baselines.proportional:choose",
            paper="proportional allocation, Neyman 1934, On the two different aspects of the representative method",
        ),
        BaselineInfo(
            "random-seller",
            "One seller, drawn",
            "evaluators.kinds.acquisition.baselines.random_seller:choose",
            paper="Chen et al. 2023, Data acquisition: a new frontier in data-centric AI",
        ),
        BaselineInfo(
            "best-seller",
            "One seller, by its labels",
            "evaluators.kinds.acquisition.baselines.best_seller:choose",
            paper="label correlations of Chen et al. 2023 compared with the buyer's",
        ),
        BaselineInfo(
            "most-similar",
            "The sellers most similar",
            "evaluators.kinds.acquisition.baselines.most_similar:choose",
            paper="Ben-David et al. 2010, A theory of learning from different domains",
        ),
    ]
)

BASELINES = {"selection": _SELECTION, "cleaning": _CLEANING, "acquisition": _ACQUISITION}

BASELINE_WRITERS = {
    "selection": "evaluators.kinds.selection.baselines.writing:write",
    "cleaning": "evaluators.kinds.cleaning.baselines.writing:write",
    "acquisition": "evaluators.kinds.acquisition.baselines.writing:write",
}


def baselines_for(specification: Specification) -> list[BaselineInfo]:
    """The baselines available for this challenge."""
    available = list(BASELINES[specification.kind].values())
    if not isinstance(specification, SelectionSpecification) or all(
        plan.examples for plan in specification.plans.values()
    ):
        return available
    if specification.labels == "submitted":
        return []  # Without pool labels, baselines take those of the nearest examples.
    return [info for info in available if not info.needs_examples]


def write_baseline(info: BaselineInfo, dataset: PreparedDataset, folder: Path, *, seed: int) -> list[Path]:
    """Run a baseline and write its files into ``folder``, as a participant would submit them. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = load(BASELINE_WRITERS[dataset.specification.kind])(info.load(), dataset, folder, seed=seed)
    return written
