"""The forms of the fifth step: a phase, in the organizer's time zone, and the settings of a challenge.

They only read what was typed. The rules of phases are in ``evaluators.specification``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from django import forms

from challenges.models import Challenge, Phase
from challenges.phases.rounds import RoundChoice
from evaluators.problems import InvalidValue, Problem
from evaluators.specification import MAX_LIMIT, MAX_NAME, MOMENTS, PhaseTerms, moment_of, on_the_clock, zone_problem
from frontend.organize.wizard.fields import Explained, ExplainedChoice, StepForm
from frontend.organize.wizard.zones import FORMAT, zones

TERMS = tuple(field.name for field in fields(PhaseTerms))


def _clock(label: str, help_text: str = "", *, required: bool = False) -> forms.DateTimeField:
    # A plain field: Django's own would interpret the time in the server's zone.
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        required=required,
        input_formats=[FORMAT, f"{FORMAT}:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=FORMAT),
    )


def _limit(label: str, help_text: str = "") -> forms.IntegerField:
    # The widget helps in the browser; the rules check the bounds.
    widget = forms.NumberInput(attrs={"min": 1, "max": MAX_LIMIT})
    return forms.IntegerField(label=label, help_text=help_text, required=False, widget=widget)


def _in_field(clock: datetime) -> datetime:
    return clock.replace(second=0, microsecond=0)


class PhaseForm(StepForm):
    """Times are local to the chosen zone until they are cleaned."""

    places = {name: name for name in (*TERMS, "round", "starts_from")}

    name = forms.CharField(required=False, initial="Round 1", widget=forms.TextInput(attrs={"maxlength": MAX_NAME}))
    time_zone = forms.CharField(
        label="Time zone", help_text="The one in which you think; readers see theirs.", widget=forms.Select
    )
    starts_at = _clock("Starts", required=True)
    ends_at = _clock("Ends", "Empty: it stays open.")
    daily_limit = _limit("Submissions a day", "Of a team; days are those of UTC. Empty: no limit.")
    total_limit = _limit("Submissions in all", "Empty: no limit.")
    max_team_size = _limit("People in a team", "Empty: no limit.")
    freezes_at = _clock("Board freezes", "From then to the end others see what was sent before.")
    review_ends_at = _clock(
        "Review ends", "From the end until then entries can be questioned; then results are official."
    )
    open_division = forms.BooleanField(required=False, label="An open division beside the closed one")
    round = forms.CharField(required=False, label="Version of the round", help_text="Like v0.5, then v1.0.")
    starts_from = forms.CharField(
        required=False, label="Starts from", help_text="The older round it builds on.", widget=forms.Select
    )

    def __init__(self, challenge: Challenge, *args: Any, found: Phase | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        if found is None and not self.is_bound:
            # A script selects the reader's own zone and converts the time.
            self.fields["time_zone"].widget.attrs["data-own-zone"] = ""
        # A phase from a bundle may be in a zone that the page doesn't offer.
        offered = zones() if found is None or found.time_zone in zones() else [found.time_zone, *zones()]
        self._choices("time_zone", [(name, name.replace("_", " ")) for name in offered])
        known = challenge.rounds.values_list("version", flat=True)
        self._choices("starts_from", [("", "no older round"), *((version, version) for version in known)])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].widget.choices = choices

    def clean(self) -> dict[str, Any]:
        self.take_problems(self._read_clocks())
        return self.cleaned_data

    def _read_clocks(self) -> Iterator[Problem]:
        """Replace each local time by its moment; yield why that isn't possible."""
        clean = self.cleaned_data
        zone = clean.get("time_zone", "")
        unknown = zone_problem(zone) if zone else None
        if unknown is not None:
            yield unknown
            return
        for name in MOMENTS if zone else ():
            if clean.get(name) is not None:
                try:
                    # Django attached its own zone to the typed time.
                    clean[name] = self._moment(name, clean[name].replace(tzinfo=None), zone)
                except InvalidValue as error:
                    yield from (replace(problem, field=name) for problem in error.problems)

    def _moment(self, name: str, clock: datetime, zone: str) -> datetime:
        """The moment of a typed time, or the stored one if the field still shows that.

        The field shows no seconds, nor which of two it is when clocks are put back and show a time twice.

        Raises:
            InvalidValue: see ``moment_of``.
        """
        before: datetime | None = getattr(self.found, name, None)
        if before is not None and _in_field(on_the_clock(before, zone)) == clock:
            return before
        return moment_of(clock, zone)

    @property
    def terms(self) -> PhaseTerms:
        return PhaseTerms(**{name: self.cleaned_data[name] for name in TERMS})

    @property
    def choice(self) -> RoundChoice:
        return RoundChoice(self.cleaned_data["round"], self.cleaned_data["starts_from"])


class SettingsForm(StepForm):
    places = {"visibility": "visibility", "forum_url": "forum_url"}

    visibility = ExplainedChoice(
        choices=[(value, Explained(*label.split(": ", 1))) for value, label in Challenge.Visibility.choices],
        initial="public",
        label="Who may see it",
    )
    forum_url = forms.URLField(
        required=False,
        label="Forum",
        help_text="Where you answer questions: the address of a forum, a chat, a mailing list.",
        assume_scheme="https",
    )
