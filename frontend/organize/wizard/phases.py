"""The fifth step: when and how often people may submit, who may see the challenge, where its forum is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from challenges.drafts.drafts import ChangedMeanwhile
from challenges.drafts.settings import SettingsError, save_settings, settings_mark
from challenges.models import Challenge, Phase
from challenges.phases.terms import PhaseError, is_relied_on, mark_of, terms_of
from evaluators.problems import Problem
from evaluators.specification import LAST_YEAR, MOMENTS, moment_of, on_the_clock
from frontend.organize.wizard.access import challenge_and_draft, step_page
from frontend.organize.wizard.phase_form import PhaseForm, SettingsForm
from leaderboard.models import User
from leaderboard.organizing.phases import add_phase, change_phase, remove_phase, start_first_check

CHANGED = "Somebody changed this meanwhile. Your answers are below: save them again, or load the page anew."


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
    """All phases, and the settings; if there are no phases yet, the page includes the form of the first one."""
    challenge, draft = challenge_and_draft(request, slug)
    if challenge.dataset_versions.newest() is None:
        return step_page(request, "phases", challenge, draft, {}, template="frontend/organize/unbuilt.html")
    known = list(challenge.phases.select_related("round").order_by("starts_at", "pk"))
    posted = request.POST if request.method == "POST" else None
    stored = {"visibility": challenge.visibility, "forum_url": challenge.forum_url}
    settings = SettingsForm(posted, initial=stored, use_required_attribute=False)
    first = None if known else PhaseForm(challenge, posted, initial=_first(), use_required_attribute=False)
    status, seen, problems = 200, f"{settings_mark(challenge)} {bool(known)}", list[Problem]()
    if posted is not None:
        status = 400
        try:
            valid = settings.is_valid() & (first is None or first.is_valid())
            if posted.get("seen") != seen:
                raise ChangedMeanwhile
            if valid:
                _save_step(challenge, settings, first, by=cast(User, request.user))
                return redirect("frontend:organize-data", slug=slug)
        except ChangedMeanwhile:
            status, problems = 409, [Problem(CHANGED)]
        except SettingsError as error:
            problems = settings.take_problems(error.problems)
        except PhaseError as error:
            problems = first.take_problems(error.problems) if first is not None else error.problems
    context = {
        "settings": settings,
        "form": first,
        "lines": [_line(phase) for phase in known],
        "seen": seen,
        "problems": problems,
    }
    return step_page(request, "phases", challenge, draft, context, status=status)


def _save_step(challenge: Challenge, settings: SettingsForm, first: PhaseForm | None, *, by: User) -> None:
    """All or nothing; a draft's first dry run begins, so that its baselines are scored early."""
    with transaction.atomic():
        save_settings(challenge, **settings.cleaned_data, seen=settings_mark(challenge), by=by)
        if first is not None:
            add_phase(challenge, first.terms, first.choice, by=by)
        start_first_check(challenge, by=by)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def phase(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Create or change a phase."""
    challenge, draft = challenge_and_draft(request, slug)
    found = _phase_of(challenge, pk) if pk is not None else None
    if challenge.dataset_versions.newest() is None:
        raise Http404("There are no data yet.")
    posted = request.POST if request.method == "POST" else None
    initial = _initial(found) if found is not None else _further(challenge)
    form = PhaseForm(challenge, posted, found=found, initial=initial, use_required_attribute=False)
    status, problems = 200, list[Problem]()
    if posted is not None:
        status = 400
        try:
            if form.is_valid():
                messages.success(request, _save(request, challenge, found, form))
                return redirect("frontend:organize-phases", slug=slug)
        except PhaseError as error:
            problems = form.take_problems(error.problems)
        except ChangedMeanwhile:
            status, problems = 409, [Problem(CHANGED)]
    context = {
        "form": form,
        "phase": found,
        "seen": mark_of(found) if found is not None else "",
        "problems": problems,
        "started": found is not None and is_relied_on(found, timezone.now()),
    }
    return step_page(
        request, "phases", challenge, draft, context, template="frontend/organize/phase.html", status=status
    )


def _save(request: HttpRequest, challenge: Challenge, found: Phase | None, form: PhaseForm) -> str:
    """Add or change the phase; return what to tell the organizer."""
    by = cast(User, request.user)
    if found is None:
        return f"The phase “{add_phase(challenge, form.terms, form.choice, by=by).name}” is added."
    seen = request.POST.get("seen", "")
    try:
        lines = change_phase(found, form.terms, form.choice, by=by, seen=seen)
    except Phase.DoesNotExist:
        raise _no_such_phase() from None
    return " ".join(["Saved.", *lines])


@login_required
@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Remove a phase that nobody relies on yet."""
    challenge, _ = challenge_and_draft(request, slug)
    found = _phase_of(challenge, pk)
    try:
        remove_phase(found, by=cast(User, request.user))
    except Phase.DoesNotExist:
        raise _no_such_phase() from None
    except PhaseError as error:
        for problem in error.problems:
            messages.warning(request, f"{problem.message[:1].upper()}{problem.message[1:]} {problem.remedy}")
    else:
        messages.success(request, f"The phase “{found.name}” is taken out.")
    return redirect("frontend:organize-phases", slug=slug)


def _phase_of(challenge: Challenge, pk: int) -> Phase:
    found = challenge.phases.select_related("round__starts_from", "challenge").filter(pk=pk).first()
    if found is None:
        raise _no_such_phase()
    return found


def _no_such_phase() -> Http404:
    return Http404("There is no such phase.")


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
        "starts_at": _from(start, last.time_zone),
        "daily_limit": last.daily_limit,
        "total_limit": last.total_limit,
        "max_team_size": last.max_team_size,
    }


def _from(moment: datetime, zone: str) -> datetime | None:
    """The first time from ``moment`` that the field can hold: a full minute that clocks in the zone show only once.

    None if an earlier version accepted a moment that is too late for a next phase.
    """
    if moment.year >= LAST_YEAR:
        return None
    minute = moment.replace(second=0, microsecond=0)
    while minute < moment or moment_of(on_the_clock(minute, zone), zone) != minute:
        minute += timedelta(minutes=1)
    return on_the_clock(minute, zone)


def _initial(phase: Phase) -> dict[str, Any]:
    values = asdict(terms_of(phase))
    for name in MOMENTS:
        if values[name] is not None:
            values[name] = on_the_clock(values[name], phase.time_zone)
    round_ = phase.round
    older = round_.starts_from.version if round_ is not None and round_.starts_from is not None else ""
    return values | {"round": round_.version if round_ is not None else "", "starts_from": older}


def _line(phase: Phase) -> PhaseLine:
    ends = on_the_clock(phase.ends_at, phase.time_zone) if phase.ends_at is not None else None
    may_go = not is_relied_on(phase, timezone.now())
    return PhaseLine(phase, on_the_clock(phase.starts_at, phase.time_zone), ends, may_go)
