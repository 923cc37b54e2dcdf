"""The phases that a bundle defines: when a challenge accepts submissions, how many, and how large teams may be.

This module reads them; ``phase_rules`` has the rules. Phases don't affect scoring: changing a date changes no score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator, model_validator

from evaluators.problems.invalid import InvalidValue, refuse
from evaluators.problems.problem import Problem, quoted
from evaluators.specification.clocks import moment_of, zone_problem
from evaluators.specification.phase_rules import name_and_limit_problems, relation_problems, term_problems
from evaluators.specification.phase_terms import MAX_LIMIT, MAX_NAME, PhaseTerms

MAX_PHASES = 20
STORED: Final = {"stored": True}
"""The validation context of a specification that was accepted before."""
_EXAMPLE = "Write it like 2027-03-01 09:00, or with its zone like 2027-03-01T09:00+01:00."

# The rules check the bounds, in the words that every other door uses; the JSON Schema shows them to editors.
Limit = Annotated[int, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT})]


class PhasePlan(BaseModel):
    """One phase. Times without a UTC offset are in ``time_zone``. Submissions must arrive before ``ends``.

    From ``freezes`` to ``ends`` the leaderboard shows others only submissions made before the freeze. From ``ends`` to
    ``review_ends`` entries can be questioned. The limits are submissions per team and day (UTC), submissions per team
    in the phase, and members of a team. Without ``ends`` the phase stays open.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(json_schema_extra={"minLength": 1, "maxLength": MAX_NAME})
    starts: str
    ends: str | None = None
    time_zone: str = "UTC"
    freezes: str | None = None
    review_ends: str | None = None
    open_division: bool = False
    daily_limit: Limit | None = None
    total_limit: Limit | None = None
    max_team_size: Limit | None = None

    @field_validator("starts", "ends", "freezes", "review_ends")
    @classmethod
    def _a_time(cls, text: str | None) -> str | None:
        if text is not None:
            _parsed(text)
        return text

    @model_validator(mode="after")
    def _valid(self, info: ValidationInfo) -> Self:
        # Rules may have become stricter since a stored plan was accepted, and its phases exist.
        if info.context != STORED:
            refuse(self._problems())
        return self

    def _problems(self) -> Iterator[Problem]:
        unclear = list(self._unclear_times())
        if unclear:
            yield from unclear
            yield from name_and_limit_problems(self)
        else:
            yield from map(_in_the_file, term_problems(self.terms))

    def _unclear_times(self) -> Iterator[Problem]:
        """Why the moments of its times can't be told."""
        unknown = zone_problem(self.time_zone)
        if unknown is not None:
            yield unknown
            return
        for field in ("starts", "ends", "freezes", "review_ends"):
            text = getattr(self, field)
            try:
                if text is not None:
                    moment_of(_parsed(text), self.time_zone)
            except InvalidValue as error:
                yield from (replace(problem, field=field) for problem in error.problems)

    @property
    def terms(self) -> PhaseTerms:
        starts_at = moment_of(_parsed(self.starts), self.time_zone, any_year=True)
        return PhaseTerms(
            name=self.name,
            starts_at=starts_at,
            ends_at=self._accepted(self.ends),
            time_zone=self.time_zone,
            freezes_at=self._accepted(self.freezes),
            review_ends_at=self._accepted(self.review_ends),
            daily_limit=self.daily_limit,
            total_limit=self.total_limit,
            max_team_size=self.max_team_size,
            open_division=self.open_division,
        )

    def _accepted(self, text: str | None) -> datetime | None:
        return moment_of(_parsed(text), self.time_zone, any_year=True) if text is not None else None


def phases_disagree(phases: Sequence[PhasePlan], *, final: bool) -> Iterator[Problem]:
    """Problems of a challenge's phases when taken together; ``final`` says whether it has a hidden final split."""
    terms = [phase.terms for phase in phases]
    order = sorted(range(len(terms)), key=lambda number: terms[number].starts_at)
    for place, number in enumerate(order):
        earlier = [terms[other] for other in order[:place]]
        has_final = final and number == order[-1]
        for problem in map(_in_the_file, relation_problems(terms[number], earlier, has_final=has_final)):
            yield replace(problem, field=f"phases.{number}.{problem.field}")


def last_phase(phases: Sequence[PhasePlan]) -> PhasePlan | None:
    """The phase after whose end the hidden final split is scored."""
    return max(phases, key=lambda phase: phase.terms.starts_at, default=None)


def _in_the_file(problem: Problem) -> Problem:
    """The problem with the name that its field has in ``challenge.yaml``."""
    return replace(problem, field=problem.field.removesuffix("_at")) if problem.field is not None else problem


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidValue(f"{quoted(text)} is not a time", _EXAMPLE) from error
