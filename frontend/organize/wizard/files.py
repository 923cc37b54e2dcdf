"""The first step: what the challenge is about, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst, slugify
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.request import Request
from rest_framework.views import APIView

from challenges.drafts.drafts import ChangedMeanwhile, add_files, create_draft, mark_of, remove_file, save_answers
from challenges.models import Challenge, Draft, DraftFile
from challenges.models.draft import DraftWork
from evaluators.kinds import every_kind
from evaluators.problems import BundleError, Problem
from evaluators.specification import DOMAINS, KINDS
from evaluators.submissions import readable_size
from frontend.organize.wizard.access import challenge_and_draft, step_page
from frontend.organize.wizard.fields import Explained, ExplainedChoice, StepForm
from frontend.organize.wizard.steps import is_made_of_files, new_line
from leaderboard.api.throttling import UploadThrottle
from leaderboard.organizing.drafting import ask
from leaderboard.storage import object_store
from leaderboard.web.uploadguard import OrganizerUploadHandler, read_organizer_uploads, take_organizer_uploads

LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "ODbL-1.0", "Apache-2.0", "MIT")
ENDINGS = ".parquet,.csv,.npz,.npy,.txt"
PARTS = ("kind", "texts", "files", "tasks")
CHANGED = "Somebody, perhaps you in another window, saved this step meanwhile. Your answers are below: save them again "
CHANGED += "to replace what was saved, or load the page anew."


class AboutForm(StepForm):
    """``slug`` is asked for only once: links and roles depend on it."""

    places = {
        "texts.title": "title",
        "texts.slug": "slug",
        "texts.licence": "licence",
        "kind.kind": "kind",
        "kind.domain": "domain",
    }

    title = forms.CharField(max_length=100, help_text="As it stands on the home page.")
    slug = forms.SlugField(
        max_length=60,
        required=False,
        label="Address",
        help_text="Small letters, digits and '-'. Left empty, it is made of the title. It cannot be changed later.",
    )
    kind = ExplainedChoice(
        choices=lambda: [
            (kind.name, Explained(kind.title, f"{capfirst(kind.meaning)}. {kind.submission}")) for kind in every_kind()
        ],
        initial=lambda: next(iter(KINDS)),
    )
    domain = forms.ChoiceField(choices=list(DOMAINS.items()), initial="other", label="Kind of data")
    licence = forms.CharField(
        max_length=300,
        initial="CC-BY-4.0",
        help_text="Under which participants get the public rows.",
        widget=forms.TextInput(attrs={"list": "licences"}),
    )

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower() or slugify(self.data.get("title", ""))[:60].strip("-_")

    def clean(self) -> dict[str, Any]:
        if "slug" in self.cleaned_data and not self.cleaned_data["slug"] and "slug" in self.fields:
            self.add_error("slug", "No address can be made of this title: write one.")
        return self.cleaned_data

    @property
    def kind_answers(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("kind", "domain")}

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("title", "licence")}


@csrf_exempt  # the upload limit must be raised before the body is read; then ``_new`` checks
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first step of a challenge that does not exist yet."""
    take_organizer_uploads(request)
    return _new(request)


@csrf_protect
def _new(request: HttpRequest) -> HttpResponse:
    form = AboutForm(request.POST if request.method == "POST" else None, use_required_attribute=False)
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            files = sent_files(request)
            if not files:
                problems.append(Problem("No file was chosen.", "A challenge begins with its data."))
            elif form.is_valid():
                stored = _stored(files)
                with transaction.atomic():
                    draft = create_draft(
                        request.user, slug=form.cleaned_data["slug"], texts=form.texts, kind=form.kind_answers
                    )
                    add_files(draft, stored, by=request.user)
                ask(draft, DraftWork.DESCRIBE, by=request.user)
                return redirect("frontend:organize-columns", slug=draft.challenge.slug)
        except BundleError as error:
            problems += form.take_problems(error.problems)
    context = _files_context(form, problems) | {"line": new_line(), "step": "files", "step_title": "Files", "new": True}
    return render(request, "frontend/organize/files.html", context, status=400 if request.method == "POST" else 200)


@csrf_exempt  # see ``new``
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, slug: str) -> HttpResponse:
    """The same step of an existing draft: more files, other answers."""
    challenge, draft = challenge_and_draft(request, slug)
    take_organizer_uploads(request)
    return _files(request, challenge, draft)


@csrf_protect
def _files(request: HttpRequest, challenge: Challenge, draft: Draft | None) -> HttpResponse:
    if draft is None or not is_made_of_files(challenge, draft):
        return step_page(request, "files", challenge, draft, {}, template="frontend/organize/fixed.html")
    stored = {**draft.answers.get("kind", {}), **draft.answers.get("texts", {})}
    form = AboutForm(request.POST if request.method == "POST" else None, initial=stored, use_required_attribute=False)
    del form.fields["slug"]
    problems: list[Problem] = []
    seen, status = mark_of(draft, PARTS), 200
    if request.method == "POST":
        status = 400
        try:
            sent = sent_files(request)
            if form.is_valid():
                kept = _stored(sent)
                with transaction.atomic():
                    save_answers(draft, _changes(draft, form), seen=request.POST.get("seen", ""), by=request.user)
                    add_files(draft, kept, by=request.user)
                if kept:
                    ask(draft, DraftWork.DESCRIBE, by=request.user)
                if not DraftFile.objects.filter(draft=draft).exists():
                    messages.warning(request, "Saved. A challenge needs at least one file.")
                    return redirect("frontend:organize-files", slug=challenge.slug)
                return redirect("frontend:organize-columns", slug=challenge.slug)
        except ChangedMeanwhile:
            draft.refresh_from_db()
            problems.append(Problem(CHANGED))
            status, seen = 409, mark_of(draft, PARTS)
        except BundleError as error:
            problems += form.take_problems(error.problems)
            seen = request.POST.get("seen", "")
    context = _files_context(form, problems) | {"seen": seen, "files": _described(draft), "new": False}
    return step_page(request, "files", challenge, draft, context, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Remove one file from a draft."""
    challenge, draft = challenge_and_draft(request, slug)
    if draft is None or not is_made_of_files(challenge, draft) or not remove_file(draft, pk, by=request.user):
        raise Http404("There is no such file.")
    if draft.files.exists():
        ask(draft, DraftWork.DESCRIBE, by=request.user)
    messages.success(request, "The file is taken out.")
    return redirect("frontend:organize-files", slug=slug)


def _changes(draft: Draft, form: AboutForm) -> dict[str, dict[str, Any]]:
    """The changed answers. A new kind resets the answers on columns: it decides what a file can be used for."""
    same = form.kind_answers["kind"] == draft.answers.get("kind", {}).get("kind")
    return {
        "kind": form.kind_answers,
        "texts": {**draft.answers.get("texts", {}), **form.texts},
        "files": draft.answers.get("files", {}) if same else {},
        "tasks": draft.answers.get("tasks", {}) if same else {},
    }


def sent_files(request: HttpRequest) -> list[UploadedFile[Any]]:
    """The uploaded files, which are on disk.

    Raises:
        BundleError: too many bytes, too many uploads, or two files of the same name.
    """
    files = read_organizer_uploads(request, request.FILES.getlist("files"))
    throttle = UploadThrottle()
    if files and not throttle.allow_request(cast(Request, request), cast(APIView, None)):
        raise BundleError(Problem("These are more uploads than one account may send.", "Wait a minute."))
    names = [file.name or "" for file in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BundleError(Problem("was chosen twice.", "Rename one of them.", file=twice[0]))
    return files


def _stored(files: Sequence[UploadedFile[Any]]) -> list[DraftFile]:
    """Store the bytes of the files; return the files, to be recorded. The sweep removes bytes of which no record is."""
    stored = []
    for file in files:
        kept = object_store().put(cast(Any, file.file))
        stored.append(DraftFile(name=file.name or "", sha256=kept.sha256, size=kept.size))
    return stored


def _described(draft: Draft) -> list[dict[str, Any]]:
    """The files, each with a summary of its contents once it has been read."""
    found = {report["name"]: report for report in draft.card.get("files", {}).get("files", [])}
    return [{"file": file, "report": found.get(file.name)} for file in draft.files.all()]


def _files_context(form: AboutForm, problems: list[Problem]) -> dict[str, Any]:
    return {
        "form": form,
        "problems": problems,
        "licences": LICENCES,
        "endings": ENDINGS,
        "limit": readable_size(OrganizerUploadHandler.max_total),
    }
