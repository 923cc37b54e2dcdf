"""The texts in the data of a challenge, which are those that its pages show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from pydantic import ValidationError

from challenges.models import Challenge, DatasetVersion
from challenges.naming.titles import TitleTaken, claim_title
from evaluators.problems import BundleError, Problem
from evaluators.specification import MAX_TITLE, name_problem, parse_specification

FIELDS = ("title", "summary", "licence", "description", "rules", "data_card")


def texts_of(challenge: Challenge) -> dict[str, str]:
    """The texts of the newest version of its data; empty without a version."""
    newest = challenge.dataset_versions.newest()
    return {name: newest.specification.get(name, "") for name in FIELDS} if newest is not None else {}


def write_texts(challenge: Challenge, texts: Mapping[str, str]) -> None:
    """Write texts into every version that a phase shows, and into the newest.

    Raises:
        BundleError: a text is too long or missing, or the title is hard to read or taken.
    """
    with transaction.atomic():
        for version in _shown(challenge):
            content = {**version.specification, **{name: texts[name] for name in FIELDS if name in texts}}
            try:
                parse_specification(content)
            except ValidationError as error:
                raise BundleError([_as_problem(item) for item in error.errors()]) from error
            # The digest of a version covers its data only, so texts may change without a new version.
            version.specification = content
            version.save(update_fields=["specification"])
        shown = {name: texts[name] for name in ("title", "summary") if texts.get(name)}
        if shown:
            Challenge.objects.filter(pk=challenge.pk).update(**shown)
        if "title" in shown:
            _take_title(Challenge.objects.get(pk=challenge.pk))


def _take_title(challenge: Challenge) -> None:
    problem = name_problem(challenge.title, max_characters=MAX_TITLE)
    if problem is not None:
        raise BundleError([replace(problem, message=f"the title {problem.message}", field="texts.title")])
    try:
        claim_title(challenge)
    except TitleTaken as error:
        raise BundleError([replace(error.problem, field="texts.title")]) from error


def _shown(challenge: Challenge) -> list[DatasetVersion]:
    newest = challenge.dataset_versions.newest()
    used: set[int | None] = set(challenge.phases.values_list("dataset_version", flat=True))
    used |= set(challenge.phases.values_list("final_dataset_version", flat=True))
    if newest is not None:
        used |= {newest.pk, newest.final_part_id}
    return list(challenge.dataset_versions.filter(pk__in=[pk for pk in used if pk is not None]))


def _as_problem(item: Mapping[str, object]) -> Problem:
    place = item["loc"]
    name = str(place[-1]) if isinstance(place, tuple) and place else ""
    return Problem(f"{item['msg']}.", field=f"texts.{name}")
