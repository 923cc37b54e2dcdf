"""The fifth step: when and how often people may submit, who may see the challenge, where its forum is."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from challenges.models import Challenge, DatasetVersion, Phase
from challenges.phases.creating import create_phases
from challenges.phases.rules import PhaseTerms, change_problems, plan_problems, told
from challenges.publishing.readiness import newest_run
from evaluators.problems import Problem
from frontend.organize.wizard.access import challenge_and_draft, step_page
from frontend.organize.wizard.phase_form import MOMENTS, PhaseForm, SettingsForm
from frontend.organize.wizard.zones import on_the_clock
from leaderboard.boards.board import rewrite_board
from leaderboard.models import User
from leaderboard.notifications.announcing import announce
from leaderboard.organizing import dryrun

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
    version = challenge.dataset_versions.newest()
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
            valid = not first.refuse(plan_problems(first.plan, [], has_final_part=version.final_part_id is not None))
        if valid and not changed:
            with transaction.atomic():
                Challenge.objects.filter(pk=challenge.pk).update(**settings.cleaned_data)
                if first is not None:
                    _create(challenge, first, version)
                _begin_check(challenge)
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
    """Create or change a phase."""
    challenge, draft = challenge_and_draft(request, slug)
    version = challenge.dataset_versions.newest()
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
    """Remove a phase that nobody relies on yet."""
    challenge, _ = challenge_and_draft(request, slug)
    found = challenge.phases.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such phase.")
    try:
        if _is_relied_on(challenge, found):
            raise ProtectedError("started", set())
        dryrun.forget([found])
        found.delete()
        _settle_newest(challenge)
    except ProtectedError:
        messages.warning(request, "People take part in this phase, or did: it stays.")
    else:
        messages.success(request, f"The phase “{found.name}” is taken out.")
    return redirect("frontend:organize-phases", slug=slug)


def _begin_check(challenge: Challenge) -> None:
    """Start the first dry run of a draft, so that baselines are scored while the organizer looks at the data."""
    first = challenge.phases.select_related("dataset_version").first()
    if challenge.status == Challenge.Status.DRAFT and first is not None and newest_run(first.dataset_version) is None:
        dryrun.start(first)


def _refused(form: PhaseForm, challenge: Challenge, found: Phase | None, version: DatasetVersion) -> bool:
    others = list(challenge.phases.exclude(pk=found.pk) if found is not None else challenge.phases.all())
    is_last = all(other.starts_at < form.plan.starts_at for other in others)
    has_final = is_last and version.final_part_id is not None
    if found is not None and challenge.status != Challenge.Status.DRAFT:
        has_final = found.final_dataset_version_id is not None
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
        if values["ends_at"] is None:
            values["final_dataset_version"] = None
        Phase.objects.filter(pk=found.pk).update(**values, round=form.round_of(challenge))
        _settle(challenge, version)
        if challenge.status != Challenge.Status.DRAFT and _moves_freeze(found, form.plan):
            # If this ends or removes a freeze, nothing else would put the entries it held back onto the board.
            rewrite_board(found.pk)
        if lines and challenge.status != Challenge.Status.DRAFT:
            title = f"“{form.plan.name}” has changed"[:120]
            announce(challenge, title=title, body="\n".join(f"- {line}" for line in lines), by=cast(User, request.user))
    messages.success(request, " ".join(["Saved.", *lines]))


def _moves_freeze(before: Phase, plan: PhaseTerms) -> bool:
    return (before.freezes_at, before.ends_at) != (plan.freezes_at, plan.ends_at)


def _create(challenge: Challenge, form: PhaseForm, version: DatasetVersion) -> Phase:
    # In a published challenge earlier phases keep their final part, see ``_settle``.
    is_last = not challenge.phases.filter(starts_at__gte=form.plan.starts_at).exists()
    made = Phase.objects.create(
        challenge=challenge,
        dataset_version=version,
        final_dataset_version_id=version.final_part_id if is_last and form.plan.ends_at is not None else None,
        time_zone=form.cleaned_data["time_zone"],
        round=form.round_of(challenge),
        **asdict(form.plan),
    )
    _settle(challenge, version)
    return made


def _settle_newest(challenge: Challenge) -> None:
    version = challenge.dataset_versions.newest()
    if version is not None:
        _settle(challenge, version)


def _settle(challenge: Challenge, version: DatasetVersion) -> None:
    """In a draft, move the final part to the phase that is now last."""
    if challenge.status == Challenge.Status.DRAFT:
        create_phases(challenge, (), version)


def plan_of(phase: Phase) -> PhaseTerms:
    """The current terms of a phase."""
    return PhaseTerms(**{field.name: getattr(phase, field.name) for field in fields(PhaseTerms)})


def _is_relied_on(challenge: Challenge, phase: Phase) -> bool:
    """Never True for a draft: only its dry run has submitted anything."""
    started = phase.starts_at <= timezone.now()
    return challenge.status != Challenge.Status.DRAFT and (started or phase.has_submissions)


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
    return hashlib.sha256(repr(plan_of(phase)).encode()).hexdigest() if phase is not None else ""
