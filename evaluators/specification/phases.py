"""The phases that a bundle defines: when a challenge accepts submissions, how many, and how large teams may be.

Phases don't affect scoring: changing a date changes no score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from evaluators.problems.invalid import InvalidValue, refuse
from evaluators.problems.problem import Problem, quoted
from evaluators.problems.suggestions import closest_name

MAX_PHASES = 20
MAX_LIMIT = 1_000_000
_EXAMPLE = "Write it like 2027-03-01 09:00, or with its zone like 2027-03-01T09:00+01:00."


class PhasePlan(BaseModel):
    """One phase. Times without a UTC offset are in ``time_zone``. Submissions must arrive before ``ends``.

    From ``freezes`` to ``ends`` the leaderboard shows others only submissions made before the freeze. From ``ends`` to
    ``review_ends`` entries can be questioned. The limits are submissions per team and day (UTC), submissions per team
    in the phase, and members of a team. Without ``ends`` the phase stays open.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60)
    starts: str
    ends: str | None = None
    time_zone: str = "UTC"
    freezes: str | None = None
    review_ends: str | None = None
    open_division: bool = False
    daily_limit: int | None = Field(default=None, ge=1, le=MAX_LIMIT)
    total_limit: int | None = Field(default=None, ge=1, le=MAX_LIMIT)
    max_team_size: int | None = Field(default=None, ge=1, le=MAX_LIMIT)

    @field_validator("name")
    @classmethod
    def _shown(cls, name: str) -> str:
        if not name.isprintable() or name != name.strip():
            raise InvalidValue(
                f"{quoted(name)} cannot be a phase's name", "Use characters that print, no blank at its ends."
            )
        return name

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in _zones():
            found = closest_name(name, _zones())
            advice = f"Did you mean '{found}'?" if found else "Use a name like Europe/Berlin or UTC."
            raise InvalidValue(f"there is no time zone {quoted(name)}", advice)
        return name

    @field_validator("starts", "ends", "freezes", "review_ends")
    @classmethod
    def _a_time(cls, text: str | None) -> str | None:
        if text is not None:
            _parsed(text)
        return text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        refuse(self._disagreements())
        return self

    def _disagreements(self) -> Iterator[Problem]:
        for field in ("starts", "ends", "freezes", "review_ends"):
            text = getattr(self, field)
            if text is not None and not _exists(_parsed(text), self.time_zone):
                skipped = f"{quoted(text)} does not exist in {self.time_zone}: clocks are put forward then."
                yield Problem(skipped, "Choose another hour.", field=field)
        ends, freezes, review_ends = self.ends_at, self.freezes_at, self.review_ends_at
        if ends is not None and ends <= self.starts_at:
            yield Problem("the phase ends before it starts.", f"Choose a time after {self.starts}.", field="ends")
        if freezes is not None and (ends is None or not self.starts_at <= freezes <= ends):
            yield Problem(
                "the board freezes outside the phase.", "Choose a time from its start to its end.", field="freezes"
            )
        if review_ends is not None and ends is None:
            yield Problem("a review follows the end, and the phase has none.", "Add its end.", field="review_ends")
        if review_ends is not None and ends is not None and review_ends <= ends:
            yield Problem(
                "the review ends before the phase does.", f"Choose a time after {self.ends}.", field="review_ends"
            )

    @property
    def starts_at(self) -> datetime:
        return _moment(self.starts, self.time_zone)

    @property
    def ends_at(self) -> datetime | None:
        return _moment(self.ends, self.time_zone) if self.ends is not None else None

    @property
    def freezes_at(self) -> datetime | None:
        return _moment(self.freezes, self.time_zone) if self.freezes is not None else None

    @property
    def review_ends_at(self) -> datetime | None:
        return _moment(self.review_ends, self.time_zone) if self.review_ends is not None else None


def phases_disagree(phases: Sequence[PhasePlan], *, final: bool) -> Iterator[Problem]:
    """Problems of a challenge's phases when taken together; ``final`` says whether it has a hidden final split."""
    names: dict[str, int] = {}
    for number, phase in enumerate(phases):
        earlier = names.setdefault(phase.name.lower(), number)
        if earlier != number:
            yield Problem("two phases have this name.", "Give each its own.", field=f"phases.{number}.name")
    order = sorted(range(len(phases)), key=lambda number: phases[number].starts_at)
    for number, following in pairwise(order):
        ends = phases[number].ends_at
        if ends is None or ends > phases[following].starts_at:
            when = "has no end" if ends is None else f"ends at {phases[number].ends}"
            yield Problem(
                f"it starts while the phase {quoted(phases[number].name)} is open, which {when}.",
                "Phases follow one another.",
                field=f"phases.{following}.starts",
            )
    if final and order and phases[order[-1]].ends is None:
        message = "the hidden part is scored at the end of the last phase, and it has none."
        yield Problem(message, "Add its end.", field=f"phases.{order[-1]}")


def last_phase(phases: Sequence[PhasePlan]) -> PhasePlan | None:
    """The phase after whose end the hidden final split is scored."""
    return max(phases, key=lambda phase: phase.starts_at, default=None)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) | {"UTC"}


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidValue(f"{quoted(text)} is not a time", _EXAMPLE) from error


def _exists(moment: datetime, zone: str) -> bool:
    """Whether clocks in the time zone ever show this time; some times are skipped when clocks change."""
    if moment.tzinfo is not None:
        return True
    local = moment.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment


def _moment(text: str, zone: str) -> datetime:
    moment = _parsed(text)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
