"""The declaration of a kind of challenge: everything that the other rooms ask of it.

Each ``kinds/K/kind.py`` has one. The site's pages import it, so it loads no heavy library: code that needs one is named
as ``module:attribute`` and loaded on use.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import reduce
from typing import Any

from evaluators.kinds.baselines import BaselineInfo
from evaluators.kinds.public import PublicSpecification
from evaluators.kinds.scorers import ScorerInfo
from evaluators.learning.metrics.base import Metric
from evaluators.material.answers import Answer
from evaluators.material.roles import ColumnRole
from evaluators.problems.problem import Problem, quoted
from evaluators.problems.suggestions import suggestion
from evaluators.specification.challenge import Specification
from evaluators.specification.metrics import METRICS

Content = Mapping[str, Any]
"""The content of a ``challenge.yaml`` that has everything but its texts."""


@dataclass(frozen=True, slots=True)
class DraftTable:
    """A table of a draft. ``title`` completes "These are …". One of ``names`` in a file's name suggests the table."""

    title: str
    names: Set[str]


@dataclass(frozen=True, slots=True)
class Drafting:
    """How the wizard makes a bundle of this kind out of an organizer's files.

    ``answers`` is the class of the kind's own answers, ``asked`` are those that the form asks for, in order. Title and
    description of an answer are those of its field, or of the specification's field of the same name.

    ``tables`` are the tables to which files may belong besides the rows and the hidden test rows.
    ``task_for_each_class``: the wizard may make one task for each class. ``roles`` are roles of columns that only this
    kind uses.

    ``write`` is the ``module:attribute`` of a function that gets the ``Material`` and the ``Tables`` to write, and
    returns the fields of ``challenge.yaml`` that only this kind has. From these, ``summary`` and ``rules`` make the
    texts that the organizer left empty.
    """

    answers: type[Answer]
    asked: tuple[str, ...]
    write: str
    summary: Callable[[Content], str]
    rules: Callable[[Content], list[str]]
    tables: Mapping[str, DraftTable]
    task_for_each_class: bool = False
    roles: tuple[ColumnRole, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of challenge.

    ``meaning`` completes "Participants …" in the infinitive, ``submission`` is a sentence on what they send.
    ``public`` lists the fields of a specification that the API shows. ``write_baseline`` and ``readiness`` are
    ``module:attribute``: a function that writes a baseline's choice as files, and a ``KindReadiness``. ``metrics`` are
    those that only this kind's scorers compute.
    """

    name: str
    title: str
    meaning: str
    submission: str
    specification: type[Specification]
    public: type[PublicSpecification]
    scorers: tuple[ScorerInfo, ...]
    baselines: dict[str, BaselineInfo]
    write_baseline: str
    readiness: str
    drafting: Drafting
    metrics: tuple[Metric, ...] = ()

    def scorers_for(self, specification: Specification) -> dict[str, ScorerInfo]:
        """The scorers available for a challenge of this kind, by name."""
        return {info.name: info for info in self.scorers if info.reference in (None, specification.reference)}

    def disagreements(self, specification: Specification, *, new: bool) -> Iterator[Problem]:
        """Why metric, model or scorer can't be that of this challenge of the kind.

        Every specification is checked. Without ``new`` the rules about what a scorer measures and fixes are left out:
        stored challenges may break them, since they were made before there were any.
        """
        metric, model = specification.metric, specification.model
        metrics = specification.own_metrics()
        if metric not in metrics:
            yield Problem(f"{metric} is not a metric of this challenge.", suggestion(metric, metrics), field="metric")
        if any(len(classes) != 2 for classes in specification.task_classes().values()):
            if METRICS[metric].binary:
                yield Problem(f"{metric} needs two classes in every task.", field="metric")
            if model.declared.binary:
                yield Problem(f"{model.name} needs two classes in every task.", field="model")
        scorers = self.scorers_for(specification)
        if specification.scorer not in scorers:
            unknown = f"this challenge has no scorer {quoted(specification.scorer)}."
            yield Problem(unknown, suggestion(specification.scorer, scorers), field="scorer")
        elif new and metric in metrics:
            yield from _not_as_scored(specification, scorers[specification.scorer])


def ranking_metric(scorer: ScorerInfo, specification: Specification, measured: Container[str]) -> str:
    """The metric that ranks the scores of a scorer: the challenge's own if it measures that, else what is closest.

    Any scorer may be asked for, not only the one that the challenge names. ``measured`` are the metrics in its results.
    """
    wanted = specification.metric
    if scorer.name == specification.scorer and wanted in measured:
        return wanted  # Stored challenges may be ranked by what their scorer measures but does not declare.
    for name in (wanted, METRICS[wanted].base):
        if name and _measures(scorer, name):
            return name
    if scorer.metrics is None:
        raise KeyError(wanted)
    return scorer.metrics[0]


def _measures(scorer: ScorerInfo, metric: str) -> bool:
    return metric in scorer.metrics if scorer.metrics is not None else not METRICS[metric].base


def _not_as_scored(specification: Specification, scorer: ScorerInfo) -> Iterator[Problem]:
    """What the specification says that its scorer doesn't measure or does in another way."""
    if not _measures(scorer, specification.metric):
        unmeasured = f"the scorer {scorer.name} does not measure {specification.metric}."
        measured = [name for name in specification.own_metrics() if _measures(scorer, name)]
        yield Problem(unmeasured, suggestion(specification.metric, measured), field="metric")
    for field, value in scorer.fixes.items():
        if reduce(getattr, field.split("."), specification) != value:
            yield Problem(f"the scorer {scorer.name} has {value} here and no other.", f"Write {value}.", field=field)
