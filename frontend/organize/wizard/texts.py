"""The fourth step: the texts for participants."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from challenges.drafts.data_texts import texts_of
from challenges.drafts.drafts import ChangedMeanwhile, is_built
from challenges.drafts.texts import save_texts, texts_mark
from challenges.models import Draft
from challenges.models.draft import DraftWork
from evaluators.problems import BundleError, Problem
from frontend.organize.wizard.access import challenge_and_draft, step_page, with_pages, work_page
from frontend.organize.wizard.fields import StepForm
from frontend.organize.wizard.files import CHANGED, LICENCES
from frontend.organize.wizard.steps import is_made_of_files
from leaderboard.texts import rendered

MARKDOWN = ("description", "rules", "data_card")
LONGEST = 50_000


def _markdown(label: str, help_text: str, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class TextsForm(StepForm):
    places = {f"texts.{name}": name for name in ("title", "summary", "licence", *MARKDOWN)}

    title = forms.CharField(max_length=100)
    summary = forms.CharField(max_length=300, help_text="A sentence for the home page: what is to be done.")
    licence = forms.CharField(max_length=300, widget=forms.TextInput(attrs={"list": "licences"}))
    description = _markdown("The task", "What the data are, what is asked for, and why. Markdown.", 8)
    rules = _markdown(
        "Rules", "What is allowed, such as data from elsewhere. Participants accept this text. Markdown.", 6
    )
    data_card = _markdown(
        "Data card", "Where the rows come from, who is in them, what they must not be used for. Markdown.", 10
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def texts(request: HttpRequest, slug: str) -> HttpResponse:
    challenge, draft = challenge_and_draft(request, slug)
    if draft is not None and is_made_of_files(challenge, draft):
        standing_in = work_page(request, "texts", challenge, draft, DraftWork.BUILD)
        if standing_in is not None:
            return standing_in
        if not is_built(draft):
            return step_page(request, "texts", challenge, draft, {}, template="frontend/organize/unbuilt.html")
    current = texts_of(challenge)
    posted = request.POST if request.method == "POST" else None
    form = TextsForm(posted, initial=current, use_required_attribute=False)
    seen, status, problems = texts_mark(challenge, draft), 200, list[Problem]()
    previews: dict[str, str] = {}
    if posted is not None:
        seen, status = posted.get("seen", ""), 400
        if posted.get("action") == "preview":
            previews, status = _previews(posted.dict()), 200
        else:
            try:
                if form.is_valid():
                    save_texts(challenge, draft, form.cleaned_data, seen=seen, by=request.user)
                    messages.success(request, "The texts are saved.")
                    return redirect("frontend:organize-phases", slug=slug)
            except ChangedMeanwhile:
                fresh = Draft.objects.filter(challenge=challenge).first()
                problems, status, seen = [Problem(CHANGED)], 409, texts_mark(challenge, fresh)
            except BundleError as error:
                problems = form.take_problems(error.problems)
    context = {
        "form": form,
        "seen": seen,
        "problems": with_pages(problems),
        "previews": previews,
        "markdown": [(form[name], previews.get(name)) for name in MARKDOWN],
        "licences": LICENCES,
        "notes": draft.card.get("draft", {}).get("notes", []) if draft is not None else [],
        "offered": draft.card.get("data", {}).get("markdown", "") if draft is not None else "",
    }
    return step_page(request, "texts", challenge, draft, context, status=status)


@login_required
@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """One rendered text, which the page shows beside its field; nothing is saved."""
    challenge_and_draft(request, slug)
    name = request.POST.get("show", "")
    text = request.POST.get(name, "")[:LONGEST] if name in MARKDOWN else ""
    return HttpResponse(rendered(text), headers={"Cache-Control": "no-store"})


def _previews(posted: dict[str, Any]) -> dict[str, str]:
    return {name: rendered(posted.get(name, "")[:LONGEST]) for name in MARKDOWN}
