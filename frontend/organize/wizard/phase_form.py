"""The forms of the fifth step: a phase, in the organizer's time zone, and the settings of a challenge."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from challenges.models import Challenge, Phase, Round
from challenges.phases.rules import PhaseTerms
from frontend.organize.wizard.fields import Explained, ExplainedChoice, StepForm
from frontend.organize.wizard.zones import FORMAT, to_moment, zones

MOMENTS = ("starts_at", "ends_at", "freezes_at", "review_ends_at")


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
    return forms.IntegerField(label=label, help_text=help_text, required=False, min_value=1, max_value=1_000_000)


class PhaseForm(StepForm):
    """Times are local to the chosen zone until ``plan`` converts them."""

    name = forms.CharField(max_length=60, initial="Round 1")
    time_zone = forms.ChoiceField(label="Time zone", help_text="The one in which you think; readers see theirs.")
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
    round = forms.RegexField(
        r"^v\d{1,3}\.\d{1,3}$",
        required=False,
        label="Version of the round",
        help_text="Like v0.5, then v1.0.",
        error_messages={"invalid": "A version is like v0.5 or v1.0."},
    )
    starts_from = forms.ChoiceField(required=False, label="Starts from", help_text="The older round it builds on.")

    def __init__(self, challenge: Challenge, *args: Any, found: Phase | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        if found is None and not self.is_bound:
            # A script selects the reader's own zone and converts the time.
            self.fields["time_zone"].widget.attrs["data-own-zone"] = ""
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in zones()]  # type: ignore[attr-defined]
        self.rounds = {item.version: item for item in challenge.rounds.all()}
        names = [("", "no older round"), *((name, name) for name in self.rounds)]
        self.fields["starts_from"].choices = names  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        clean = self.cleaned_data
        zone = str(clean.get("time_zone") or "")
        for name in MOMENTS if zone else ():
            if clean.get(name) is not None:
                try:
                    # Django attached its own zone to the typed time.
                    clean[name] = self._kept(name, to_moment(clean[name].replace(tzinfo=None), zone))
                except (ValidationError, OverflowError, ValueError) as error:
                    self.add_error(name, error if isinstance(error, ValidationError) else "There is no such time.")
        if clean.get("starts_from") and clean.get("starts_from") == clean.get("round"):
            self.add_error("starts_from", "A round cannot start from itself.")
        return clean

    def _kept(self, name: str, moment: datetime) -> datetime:
        """Keep the exact time if the field was not edited: the field does not show seconds."""
        before: datetime | None = getattr(self.found, name, None)
        return before if before is not None and before.replace(second=0, microsecond=0) == moment else moment

    @property
    def plan(self) -> PhaseTerms:
        return PhaseTerms(**{field.name: self.cleaned_data[field.name] for field in fields(PhaseTerms)})

    def refuse(self, found: dict[str, str]) -> bool:
        """Show each problem at its field; return whether there are any."""
        for name, message in found.items():
            self.add_error(name, message)
        return bool(found)

    def round_of(self, challenge: Challenge) -> Round | None:
        version = self.cleaned_data["round"]
        if not version:
            return None
        older = self.rounds.get(self.cleaned_data["starts_from"])
        made, _ = Round.objects.get_or_create(challenge=challenge, version=version, defaults={"starts_from": older})
        return made


class SettingsForm(StepForm):
    visibility = ExplainedChoice(
        choices=[(value, Explained(*label.split(": ", 1))) for value, label in Challenge.Visibility.choices],
        initial="public",
        label="Who may see it",
    )
    forum_url = forms.URLField(
        max_length=300,
        required=False,
        label="Forum",
        help_text="Where you answer questions: the address of a forum, a chat, a mailing list.",
        assume_scheme="https",
    )
