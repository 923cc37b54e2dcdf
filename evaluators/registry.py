"""Which names stand for which code: models and baselines. Adding one is a module and a line here.

Entries name their module and are imported on use: a page that lists the baselines must not load scikit-learn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from evaluators.specification import Specification


@dataclass(frozen=True, slots=True)
class Entry:
    """``location`` is ``module:attribute``."""

    name: str
    title: str
    location: str

    def load(self) -> Any:
        module, _, attribute = self.location.partition(":")
        return getattr(import_module(module), attribute)


@dataclass(frozen=True, slots=True)
class BaselineInfo(Entry):
    """``paper`` says where the method comes from. ``needs_examples``: it starts from the challenge's examples."""

    paper: str = ""
    needs_examples: bool = False


E = TypeVar("E", bound=Entry)


def _by_name(entries: Iterable[E]) -> dict[str, E]:
    named: dict[str, E] = {}
    for entry in entries:
        if entry.name in named:
            raise RuntimeError(f"the registry has two entries called {entry.name}")
        named[entry.name] = entry
    return named


MODELS = _by_name(
    [
        Entry(
            "logistic-regression",
            "Logistic regression",
            "evaluators.models.logistic_regression:LogisticRegression",
        ),
        Entry(
            "nearest-neighbours",
            "Nearest neighbours",
            "evaluators.models.nearest_neighbours:NearestNeighbours",
        ),
    ]
)

BASELINES = _by_name(
    [
        BaselineInfo(
            "random",
            "Random",
            "evaluators.baselines.random:choose",
            paper="uniform sampling without replacement",
        ),
        BaselineInfo(
            "stratified",
            "Stratified random",
            "evaluators.baselines.stratified:choose",
            paper="Neyman 1934, On the two different aspects of the representative method",
        ),
        BaselineInfo(
            "k-center",
            "Farthest point (k-center)",
            "evaluators.baselines.k_center:choose",
            paper="Gonzalez 1985, Clustering to minimize the maximum intercluster distance; "
            "Sener and Savarese 2018, Active learning for convolutional neural networks: a core-set approach",
        ),
        BaselineInfo(
            "neighbours",
            "Neighbours of the examples",
            "evaluators.baselines.neighbours:choose",
            paper="Coleman et al. 2022, Similarity search for efficient active learning and search of rare concepts",
            needs_examples=True,
        ),
    ]
)


def model_class(name: str) -> Any:
    """The class of a fixed model, see ``models.base.FixedModel``."""
    return MODELS[name].load()


def baselines_for(specification: Specification) -> list[BaselineInfo]:
    """The baselines that this challenge can have."""
    if specification.examples is not None:
        return list(BASELINES.values())
    if specification.labels == "submitted":
        return []  # Their labels would be those of the nearest examples.
    return [info for info in BASELINES.values() if not info.needs_examples]
