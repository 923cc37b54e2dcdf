"""Every kind is declared completely: what others ask of it is there, can be loaded and says what it is."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from evaluators.kinds import BaselineInfo, Kind, ScorerInfo, every_kind, kind_named
from evaluators.kinds.cleaning import CleaningSpecification
from evaluators.kinds.declaration import ranking_metric
from evaluators.kinds.readiness import KindReadiness
from evaluators.learning.entries import load
from evaluators.specification import KINDS
from evaluators.specification.challenge import NAME, Specification
from evaluators.specification.metrics import METRICS
from evaluators.specification.table import Table

EVERY = pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.name)
BASELINES = [info for kind in every_kind() for info in kind.baselines.values()]
SCORERS = [info for kind in every_kind() for info in kind.scorers]
WITHOUT_WORDS = {*Specification.model_fields, "kind", "reference", "classes", "tasks", "model"}
"""Fields of a specification that the pages explain in their own words, the same for every kind."""


def test_a_kind_is_listed_under_the_name_that_it_declares() -> None:
    assert [kind.name for kind in every_kind()] == list(KINDS)


@EVERY
def test_a_kind_says_what_it_is(kind: Kind) -> None:
    assert re.fullmatch(NAME, kind.name)
    assert kind.title
    assert kind.meaning[0].islower()
    assert kind.submission.startswith("Participants ")


@EVERY
def test_the_code_that_a_kind_names_is_there(kind: Kind) -> None:
    assert callable(load(kind.write_baseline))
    assert callable(load(kind.drafting.write))
    assert issubclass(load(kind.readiness), KindReadiness)


@EVERY
def test_one_baseline_uses_no_information(kind: Kind) -> None:
    assert [info.uninformed for info in kind.baselines.values()].count(True) == 1


@EVERY
def test_a_challenge_has_one_scorer_of_a_name(kind: Kind) -> None:
    assert len({(info.reference, info.name) for info in kind.scorers}) == len(kind.scorers)
    assert [info.name for info in kind.scorers if info.reference is None] == ["corrected"]


@EVERY
def test_what_an_organizer_sets_has_a_title_and_a_meaning(kind: Kind) -> None:
    assert not untold(kind.specification)


def test_a_new_kinds_fields_need_their_words_too() -> None:
    class Grown(kind_named("selection").specification):  # type: ignore[misc]
        margin: float = 0.5
        extra: Table | None = None

    assert untold(Grown) == ["margin"]


def untold(specification: type[Specification]) -> list[str]:
    """The kind's own fields, other than tables, that lack a title or a description."""
    return [
        name
        for name, info in specification.model_fields.items()
        if name not in WITHOUT_WORDS
        and Table not in (info.annotation, *get_args(info.annotation))
        and not (info.title and info.description)
    ]


@EVERY
def test_the_form_asks_for_answers_that_there_are_and_says_what_they_are(kind: Kind) -> None:
    answers, specification = kind.drafting.answers.model_fields, kind.specification.model_fields
    for name in kind.drafting.asked:
        assert answers[name].title or specification[name].title, name


@EVERY
def test_every_kind_answers_what_is_asked_of_its_specification(kind: Kind) -> None:
    asked = ("metrics", "tables", "test_tables", "final_tables", "max_file_bytes")
    assert not [name for name in asked if getattr(kind.specification, name) is getattr(Specification, name)]
    assert kind.specification.metrics()


@pytest.mark.parametrize("info", BASELINES, ids=lambda info: info.choose.__module__)
def test_a_baseline_says_what_it_is_and_where_it_comes_from(info: BaselineInfo) -> None:
    assert re.fullmatch(NAME, info.name)
    assert info.title
    assert info.meaning
    assert info.paper


@pytest.mark.parametrize("info", SCORERS, ids=lambda info: info.scoring)
def test_every_scorer_can_be_loaded_and_says_what_it_means(info: ScorerInfo) -> None:
    assert callable(load(info.reading))
    assert callable(info.load())
    assert callable(info.load(curves=False))
    assert re.fullmatch(r"\d+\.\d+\.\d+", info.version)
    assert info.meaning
    assert {other.title for other in SCORERS if other.name == info.name} == {info.title}


@pytest.mark.parametrize(
    ("metric", "own", "asked", "ranked_by"),
    [
        ("fraction_fixes", "reference", "reference", "fraction_fixes"),
        ("fraction_fixes", "reference", "online", "online_fraction_fixes"),
        ("online_fraction_fixes", "online", "online", "online_fraction_fixes"),
        ("online_fraction_fixes", "online", "reference", "fraction_fixes"),
        ("online_fraction_fixes", "online", "corrected", "fraction_fixes"),
        ("auc", "corrected", "reference", "fraction_fixes"),
        # A stored challenge may be ranked by what its scorer does not declare.
        ("auc", "reference", "reference", "auc"),
    ],
)
def test_every_scorer_ranks_by_what_is_closest_to_the_challenge_s_metric(
    metric: str, own: str, asked: str, ranked_by: str
) -> None:
    cleaning = kind_named("cleaning")
    specification = CleaningSpecification.model_construct(metric=metric, scorer=own)
    scorer = next(info for info in cleaning.scorers if info.name == asked)
    measured = [name for name in METRICS if asked == "online" or not METRICS[name].base]
    assert ranking_metric(scorer, specification, measured) == ranked_by
