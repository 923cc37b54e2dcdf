"""The third step: the fixed model, the metric, the budget, the seeds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from challenges.drafts.drafts import ChangedMeanwhile, mark_of, save_answers
from challenges.models import Draft
from challenges.models.draft import DraftWork
from evaluators.kinds import Kind, kind_named
from evaluators.problems import BundleError, Problem
from evaluators.registry import MODELS, default_model
from frontend.organize.wizard.access import challenge_and_draft, step_page, with_pages
from frontend.organize.wizard.asking import own_fields
from frontend.organize.wizard.declared import (
    field_name,
    given_parameters,
    metric_choices,
    model_choices,
    parameter_fields,
)
from frontend.organize.wizard.fields import Explained, ExplainedChoice, Percent, Seeds, StepForm
from frontend.organize.wizard.files import CHANGED
from frontend.organize.wizard.steps import is_made_of_files
from leaderboard.organizing.drafting import ask, has_its_data

AS_FITS = Explained("What fits the data", "The site chooses by kind, classes and their sizes, and says what it chose.")


class ScoringForm(StepForm):
    """The fields that all kinds share and those of one kind. The site fills in empty fields."""

    places = {
        "scoring": "model",
        "scoring.model": "model",
        "scoring.metric": "metric",
        "scoring.seeds": "seeds",
        "scoring.subsample": "subsample",
    }

    model = ExplainedChoice(choices=model_choices, initial=default_model)
    metric = ExplainedChoice(choices=[("", AS_FITS)], required=False)
    seeds = Seeds(
        required=False,
        help_text="Each seed trains once more; the score is the mean. Empty: as many as the model needs.",
    )
    subsample = Percent(
        required=False,
        label="Rows for each seed, %",
        help_text="Each seed trains on this part of the choice, so that the spread shows how much single rows matter.",
    )

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.own = kind.name, own_fields(kind)
        self.fields |= self.own
        self.places = {**self.places, **{f"{kind.name}.{name}": name for name in self.own}}
        choices = [("", AS_FITS), *metric_choices(kind.specification.metrics())]
        self.fields["metric"].choices = choices  # type: ignore[attr-defined]
        for model in MODELS.values():
            self.fields.update(parameter_fields(model))

    def take_problems(self, problems: Iterable[Problem]) -> list[Problem]:
        model = self.cleaned_data["model"]
        places = {f"scoring.parameters.{name}": field_name(model, name) for name in MODELS[model].model_fields}
        self.places = {**self.places, **places}
        return super().take_problems(problems)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.own]

    @property
    def parameters(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The title of each model that has parameters, with their fields."""
        groups = [(model.title, [self[name] for name, _ in parameter_fields(model)]) for model in MODELS.values()]
        return [(title, fields) for title, fields in groups if fields]

    @property
    def parameters_have_errors(self) -> bool:
        return any(field.errors for _, fields in self.parameters for field in fields)

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        """The answers in the format of ``evaluators.drafting.Answers``."""
        clean = self.cleaned_data
        scoring = {
            "model": clean["model"],
            "parameters": given_parameters(clean["model"], clean),
            "metric": clean["metric"] or None,
            "seeds": clean["seeds"],
            "subsample": clean["subsample"] or None,
        }
        own = {name: clean[name] for name in self.own if clean[name] not in (None, "")}
        return {"scoring": scoring, self.kind: own}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scoring(request: HttpRequest, slug: str) -> HttpResponse:
    challenge, draft = challenge_and_draft(request, slug)
    if draft is None or not is_made_of_files(challenge, draft):
        return step_page(request, "scoring", challenge, draft, {}, template="frontend/organize/fixed.html")
    if not draft.answers.get("files"):
        return redirect("frontend:organize-columns", slug=slug)
    kind = draft.answers["kind"]["kind"]
    parts = ("scoring", kind)
    posted = request.POST if request.method == "POST" else None
    form = ScoringForm(kind_named(kind), posted, initial=_initial(draft, kind), use_required_attribute=False)
    seen, status, problems = mark_of(draft, parts), 200, list[Problem]()
    if posted is not None:
        seen, status = posted.get("seen", ""), 400
        try:
            if form.is_valid():
                draft = save_answers(draft, form.answers, seen=seen, by=request.user)
                if not has_its_data(draft):
                    ask(draft, DraftWork.BUILD, by=request.user)
                return redirect("frontend:organize-texts", slug=slug)
        except ChangedMeanwhile:
            problems, status, seen = [Problem(CHANGED)], 409, mark_of(Draft.objects.get(pk=draft.pk), parts)
        except BundleError as error:
            problems = form.take_problems(error.problems)
    context = {"form": form, "seen": seen, "problems": with_pages(problems), "kind": kind}
    return step_page(request, "scoring", challenge, draft, context, status=status)


@login_required
@require_POST
def build(request: HttpRequest, slug: str) -> HttpResponse:
    """Read the files or build the data once more: after a fault of ours, or after files were changed."""
    challenge, draft = challenge_and_draft(request, slug)
    if draft is None or not is_made_of_files(challenge, draft):
        return redirect("frontend:organize-challenge", slug=slug)
    if not draft.is_under_way:
        ask(draft, DraftWork.BUILD if draft.card.get("files") else DraftWork.DESCRIBE, by=request.user)
    return redirect(f"frontend:organize-{'texts' if draft.work == DraftWork.BUILD else 'columns'}", slug=slug)


def _initial(draft: Draft, kind: str) -> dict[str, Any]:
    stored = draft.answers.get("scoring", {})
    parameters = {field_name(stored["model"], name): value for name, value in stored.get("parameters", {}).items()}
    return {**draft.answers.get(kind, {}), **stored, **parameters}
