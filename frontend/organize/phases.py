"""The fifth step: when and how often people may submit, who may see the challenge, where its forum is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from challenges.models import Announcement, Challenge, DatasetVersion, Phase, Round
from challenges.phasing import PhasePlan, change_problems, plan_problems, told
from evaluators.errors import Problem
from frontend.organize.access import challenge_and_draft, step_page
from frontend.organize.fields import Explained, ExplainedChoice, StepForm
from frontend.organize.zones import FORMAT, on_the_clock, to_moment, zones

MOMENTS = ("starts_at", "ends_at", "freezes_at", "review_ends_at")
CHANGED = "Somebody changed this meanwhile. Your answers are below: save them again, or load the page anew."


def _clock(label: str, help_text: str = "", *, required: bool = False) -> forms.DateTimeField:
    # A plain field: Django's own would take the time for one of the server's zone.
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
    """Times are those of the chosen zone until ``plan`` makes moments of them."""

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
                    # Django has put its own zone beside what was typed.
                    clean[name] = self._kept(name, to_moment(clean[name].replace(tzinfo=None), zone))
                except (ValidationError, OverflowError, ValueError) as error:
                    self.add_error(name, error if isinstance(error, ValidationError) else "There is no such time.")
        if clean.get("starts_from") and clean.get("starts_from") == clean.get("round"):
            self.add_error("starts_from", "A round cannot start from itself.")
        return clean

    def _kept(self, name: str, moment: datetime) -> datetime:
        """The field shows no seconds: what was not touched stays to the second."""
        before: datetime | None = getattr(self.found, name, None)
        return before if before is not None and before.replace(second=0, microsecond=0) == moment else moment

    @property
    def plan(self) -> PhasePlan:
        return PhasePlan(**{field.name: self.cleaned_data[field.name] for field in fields(PhasePlan)})

    def refuse(self, found: dict[str, str]) -> bool:
        """Show what is wrong at its field; whether anything is."""
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


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase with its times on the clock of its zone."""

    phase: Phase
    starts: datetime
    ends: datetime | None
    may_go: bool


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def phases(request: HttpRequest, slug: str) -> HttpResponse:
    """All phases, and the settings; without a phase the form of the first one is part of the page."""
    challenge, draft = challenge_and_draft(request, slug)
    version = challenge.dataset_versions.order_by("-number").first()
    if version is None:
        return step_page(request, "phases", challenge, draft, {}, template="frontend/organize/unbuilt.html")
    known = list(challenge.phases.select_related("round").order_by("starts_at", "pk"))
    posted = request.POST if request.method == "POST" else None
    stored = {"visibility": challenge.visibility, "forum_url": challenge.forum_url}
    settings = SettingsForm(posted, initial=stored, use_required_attribute=False)
    first = None if known else PhaseForm(challenge, posted, initial=_first(), use_required_attribute=False)
    status, seen, changed = 200, _settings_mark(challenge), False
    if posted is not None:
        valid = settings.is_valid() & (first is None or first.is_valid())
        changed = posted.get("seen") != seen
        if valid and first is not None:
            valid = not first.refuse(plan_problems(first.plan, [], has_final_part=final_of(version) is not None))
        if valid and not changed:
            with transaction.atomic():
                Challenge.objects.filter(pk=challenge.pk).update(**settings.cleaned_data)
                if first is not None:
                    _create(challenge, first, version)
            return redirect("frontend:organize-data", slug=slug)
        status = 409 if changed else 400
    context = {
        "settings": settings,
        "form": first,
        "lines": [_line(phase) for phase in known],
        "seen": seen,
        "problems": [Problem(CHANGED)] if changed else [],
    }
    return step_page(request, "phases", challenge, draft, context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def phase(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """One phase, new or changed."""
    challenge, draft = challenge_and_draft(request, slug)
    version = challenge.dataset_versions.order_by("-number").first()
    found = challenge.phases.select_related("round__starts_from").filter(pk=pk).first() if pk is not None else None
    if version is None or (pk is not None and found is None):
        raise Http404("There is no such phase.")
    posted = request.POST if request.method == "POST" else None
    initial = _initial(found) if found is not None else _further(challenge)
    form = PhaseForm(challenge, posted, found=found, initial=initial, use_required_attribute=False)
    seen, status, changed = _phase_mark(found), 200, False
    if posted is not None:
        status = 400
        changed = posted.get("seen") != seen
        if form.is_valid() and not _refused(form, challenge, found, version):
            if not changed:
                _store(request, challenge, found, form, version)
                return redirect("frontend:organize-phases", slug=slug)
            status = 409
    context = {
        "form": form,
        "phase": found,
        "seen": seen,
        "problems": [Problem(CHANGED)] if changed else [],
        "started": found is not None and _is_relied_on(challenge, found),
    }
    return step_page(
        request, "phases", challenge, draft, context, template="frontend/organize/phase.html", status=status
    )


@login_required
@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a phase away that nobody relies on yet."""
    challenge, _ = challenge_and_draft(request, slug)
    found = challenge.phases.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such phase.")
    try:
        if _is_relied_on(challenge, found):
            raise ProtectedError("started", set())
        found.delete()
    except ProtectedError:
        messages.warning(request, "People take part in this phase, or did: it stays.")
    else:
        messages.success(request, f"The phase “{found.name}” is taken out.")
    return redirect("frontend:organize-phases", slug=slug)


def final_of(version: DatasetVersion) -> DatasetVersion | None:
    """The version with the hidden final part of the same data, if there is one."""
    return None


def _refused(form: PhaseForm, challenge: Challenge, found: Phase | None, version: DatasetVersion) -> bool:
    others = challenge.phases.exclude(pk=found.pk) if found is not None else challenge.phases.all()
    has_final = found.final_dataset_version_id is not None if found is not None else final_of(version) is not None
    problems = plan_problems(form.plan, others, has_final_part=has_final)
    if found is not None and challenge.status != Challenge.Status.DRAFT:
        problems |= change_problems(form.plan, plan_of(found), moment=timezone.now())
    return form.refuse(problems)


def _store(
    request: HttpRequest, challenge: Challenge, found: Phase | None, form: PhaseForm, version: DatasetVersion
) -> None:
    if found is None:
        with transaction.atomic():
            _create(challenge, form, version)
        messages.success(request, f"The phase “{form.plan.name}” is added.")
        return
    lines = told(form.plan, plan_of(found))
    values = {**asdict(form.plan), "time_zone": form.cleaned_data["time_zone"]}
    with transaction.atomic():
        Phase.objects.filter(pk=found.pk).update(**values, round=form.round_of(challenge))
        if lines and challenge.status != Challenge.Status.DRAFT:
            Announcement.objects.create(
                challenge=challenge,
                title=f"“{form.plan.name}” has changed"[:120],
                body="\n".join(f"- {line}" for line in lines),
                created_by_id=request.user.pk,
            )
    messages.success(request, " ".join(["Saved.", *lines]))


def _create(challenge: Challenge, form: PhaseForm, version: DatasetVersion) -> Phase:
    return Phase.objects.create(
        challenge=challenge,
        dataset_version=version,
        final_dataset_version=final_of(version),
        time_zone=form.cleaned_data["time_zone"],
        round=form.round_of(challenge),
        **asdict(form.plan),
    )


def plan_of(phase: Phase) -> PhasePlan:
    """The phase as it is."""
    return PhasePlan(**{field.name: getattr(phase, field.name) for field in fields(PhasePlan)})


def _is_relied_on(challenge: Challenge, phase: Phase) -> bool:
    started = phase.starts_at <= timezone.now()
    return phase.has_submissions or (challenge.status != Challenge.Status.DRAFT and started)


def _first() -> dict[str, Any]:
    now = timezone.now().astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None)
    return {"time_zone": "UTC", "starts_at": now, "daily_limit": 20, "round": "v1.0"}


def _further(challenge: Challenge) -> dict[str, Any]:
    last = challenge.phases.order_by("starts_at").last()
    if last is None:
        return _first()
    start = max(last.ends_at or timezone.now(), timezone.now() + timedelta(minutes=5))
    return {
        "name": f"Round {challenge.phases.count() + 1}",
        "time_zone": last.time_zone,
        "starts_at": on_the_clock(start.replace(second=0, microsecond=0), last.time_zone),
        "daily_limit": last.daily_limit,
        "total_limit": last.total_limit,
        "max_team_size": last.max_team_size,
        "starts_from": last.round.version if last.round else "",
    }


def _initial(phase: Phase) -> dict[str, Any]:
    values = asdict(plan_of(phase)) | {"time_zone": phase.time_zone}
    for name in MOMENTS:
        if values[name] is not None:
            values[name] = on_the_clock(values[name], phase.time_zone)
    round_ = phase.round
    older = round_.starts_from.version if round_ is not None and round_.starts_from is not None else ""
    return values | {"round": round_.version if round_ is not None else "", "starts_from": older}


def _line(phase: Phase) -> PhaseLine:
    ends = on_the_clock(phase.ends_at, phase.time_zone) if phase.ends_at is not None else None
    may_go = not _is_relied_on(phase.challenge, phase)
    return PhaseLine(phase, on_the_clock(phase.starts_at, phase.time_zone), ends, may_go)


def _settings_mark(challenge: Challenge) -> str:
    return f"{challenge.visibility} {challenge.forum_url} {challenge.phases.exists()}"


def _phase_mark(phase: Phase | None) -> str:
    return repr(plan_of(phase)) if phase is not None else ""
