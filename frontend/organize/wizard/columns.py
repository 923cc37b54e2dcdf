"""The second step: what each column is, and which rows are hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from challenges.drafts.drafts import ChangedMeanwhile, mark_of, save_answers
from challenges.models import Draft
from challenges.models.draft import DraftWork
from evaluators.drafting import roles
from evaluators.kinds import kind_named
from evaluators.problems import BundleError, Problem
from frontend.organize.wizard.access import challenge_and_draft, step_page, with_pages, work_page
from frontend.organize.wizard.fields import Explained, ExplainedChoice, Lines, Percent, StepForm
from frontend.organize.wizard.files import CHANGED
from frontend.organize.wizard.steps import is_made_of_files

PARTS = ("files", "tasks", "split")
MOST_COLUMNS = 40
"""Per file: it bounds the number of fields of the form. Further columns are left out of the challenge."""

MOST_TASKS = 50
TABLE_TITLES = {"rows": "rows, which the site splits", "test": "the hidden test rows"}
"""The titles of the tables that drafts of all kinds have."""

JOINS = (("auto", "by id if there is one"), ("id", "by id"), ("order", "by the order of the rows"))


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column as a row of the page's table."""

    report: Mapping[str, Any]
    field: forms.BoundField


@dataclass(frozen=True, slots=True)
class FileBlock:
    """A file as a block of the page."""

    report: Mapping[str, Any]
    part: forms.BoundField
    join: forms.BoundField
    columns: list[ColumnLine]
    left_out: int


class ColumnsForm(StepForm):
    """Form fields are named by the numbers of files and columns: uploaded names are not safe as field names."""

    places = {
        "split.test_share": "test_share",
        "split.test_rows": "test_rows",
        "split.final_share": "final_share",
        "split.seed": "seed",
        "split.stratify": "stratify",
        "split.by_group": "by_group",
        "tasks.classes": "classes",
        "tasks.tasks": "tasks",
        "tasks": "tasks",
        "files.ids": "ids",
        "files.incomplete": "incomplete",
    }

    test_share = Percent(
        initial=0.2, label="Hidden test set, %", help_text="The part of the rows on which everyone is scored."
    )
    final_share = Percent(
        initial=0.0,
        label="Kept for the end, %",
        help_text="The part of the test set that is scored only after the end: the final board. 0: none.",
    )
    tasks = ExplainedChoice(
        choices=[
            ("all", Explained("One task", "One training set tells all classes apart.")),
            ("each", Explained("A task for each class", "Each asks: this class, or any other? At most 50.")),
        ],
        initial="all",
    )
    stratify = forms.BooleanField(
        required=False, initial=True, label="Stratified: each class has the same part in the test set"
    )
    by_group = forms.ChoiceField(
        choices=[("", "if a column is a group"), ("yes", "yes"), ("no", "no")],
        required=False,
        label="Keep groups together",
        help_text="Rows of one speaker or document are never on both sides.",
    )
    test_rows = forms.IntegerField(
        required=False, min_value=0, max_value=10_000_000, label="Test rows", help_text="In place of the part above."
    )
    seed = forms.IntegerField(initial=2026, min_value=0, max_value=2**32 - 1, help_text="Same seed, same split.")
    classes = Lines(
        required=False,
        max_length=100_000,
        help_text="One a line, in their order. Empty: all labels that are found.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    incomplete = forms.ChoiceField(
        choices=[("refuse", "tell me"), ("drop", "leave them out")], label="Rows without a label"
    )
    ids = forms.ChoiceField(
        choices=[("keep", "keep them"), ("new", "make new ones")],
        label="Ids of rows",
        help_text="New ones, if the given ones tell the label.",
    )

    def __init__(self, draft: Draft, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drafting = kind_named(draft.answers["kind"]["kind"]).drafting
        self.reports = [report for report in draft.card["files"]["files"] if report["kind"]]
        self.asked = _asked(draft)
        if not self.drafting.task_for_each_class:
            del self.fields["tasks"]
        for number, report in enumerate(self.reports):
            self._add_file(number, report, self.asked.get(report["name"], {}))

    def _add_file(self, number: int, report: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
        own = {name: table.title for name, table in self.drafting.tables.items()}
        parts = list((TABLE_TITLES | own).items())
        self.fields[f"part-{number}"] = forms.ChoiceField(
            choices=parts, initial=asked.get("part", report["part"]), label="These are"
        )
        self.fields[f"join-{number}"] = forms.ChoiceField(
            choices=JOINS, initial=asked.get("join", "auto"), label="Joined to other files"
        )
        given = asked.get("columns", {})
        for place, column in enumerate(report["columns"][:MOST_COLUMNS]):
            guess = column["role"] if not asked else "ignore"
            self.fields[f"role-{number}-{place}"] = forms.ChoiceField(
                choices=[(name, name) for name in roles()],
                initial=given.get(column["name"], guess),
                label=f"Role of {column['name']}",
            )

    @property
    def blocks(self) -> Iterator[FileBlock]:
        for number, report in enumerate(self.reports):
            shown = report["columns"][:MOST_COLUMNS]
            yield FileBlock(
                report=report,
                part=self[f"part-{number}"],
                join=self[f"join-{number}"],
                columns=[ColumnLine(column, self[f"role-{number}-{place}"]) for place, column in enumerate(shown)],
                left_out=len(report["columns"]) - len(shown),
            )

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        """The answers in the format of ``evaluators.drafting.Answers``."""
        clean = self.cleaned_data
        files = {report["name"]: self._file(number, report) for number, report in enumerate(self.reports)}
        split = {name: clean[name] for name in ("test_share", "final_share", "test_rows", "stratify", "seed")}
        return {
            "files": {"files": files, "incomplete": clean["incomplete"], "ids": clean["ids"]},
            "tasks": {"classes": clean["classes"], "tasks": self._tasks()},
            "split": split | {"by_group": {"yes": True, "no": False}.get(clean["by_group"])},
        }

    def _file(self, number: int, report: Mapping[str, Any]) -> dict[str, Any]:
        shown = report["columns"][:MOST_COLUMNS]
        given = {column["name"]: self.cleaned_data[f"role-{number}-{place}"] for place, column in enumerate(shown)}
        return {
            "part": self.cleaned_data[f"part-{number}"],
            "join": self.cleaned_data[f"join-{number}"],
            "columns": {name: role for name, role in given.items() if role != "ignore"},
        }

    def _tasks(self) -> list[dict[str, Any]]:
        """One task for each class, if the organizer chose that; its name becomes part of file names."""
        if self.cleaned_data.get("tasks") != "each":
            return []
        classes = self.cleaned_data["classes"] or self._labels()
        if not 2 <= len(classes) <= MOST_TASKS:
            raise BundleError(
                Problem(
                    f"{len(classes)} classes were found; a task for each is for 2 to {MOST_TASKS}.",
                    "Name them under “More about rows and classes”, or ask for one task.",
                    field="tasks.tasks",
                )
            )
        names: list[str] = []
        for number, label in enumerate(classes, start=1):
            name = slugify(label)[:36].strip("-_") or f"class-{number}"
            names.append(name if name not in names else f"{name[:32]}-{number}")
        return [{"name": name, "title": label, "positive": label} for name, label in zip(names, classes, strict=True)]

    def _labels(self) -> list[str]:
        """The labels found in the label columns."""
        found: dict[str, None] = {}
        for number, report in enumerate(self.reports):
            for place, column in enumerate(report["columns"][:MOST_COLUMNS]):
                if self.cleaned_data[f"role-{number}-{place}"] == "label":
                    found |= dict.fromkeys(item["value"] for item in column["values"] or [])
        return sorted(found)


def _asked(draft: Draft) -> dict[str, Any]:
    files: dict[str, Any] = draft.answers.get("files", {}).get("files", {})
    return files


def _initial(draft: Draft) -> dict[str, Any]:
    files, tasks = draft.answers.get("files", {}), draft.answers.get("tasks", {})
    split = dict(draft.answers.get("split", {}))
    by_group = {True: "yes", False: "no"}.get(split.pop("by_group", None), "")
    several = {"tasks": "each" if tasks.get("tasks") else "all"} if tasks else {}
    chosen = {name: files[name] for name in ("incomplete", "ids") if name in files}
    return {**split, **several, **chosen, "by_group": by_group, "classes": tasks.get("classes")}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, slug: str) -> HttpResponse:
    challenge, draft = challenge_and_draft(request, slug)
    if draft is None or not is_made_of_files(challenge, draft):
        return step_page(request, "columns", challenge, draft, {}, template="frontend/organize/fixed.html")
    standing_in = work_page(request, "columns", challenge, draft, DraftWork.DESCRIBE)
    if standing_in is not None:
        return standing_in
    if not draft.card.get("files", {}).get("usable"):
        context = {"report": draft.card.get("files")}
        return step_page(request, "columns", challenge, draft, context, template="frontend/organize/unusable.html")
    posted = request.POST if request.method == "POST" else None
    form = ColumnsForm(draft, posted, initial=_initial(draft), use_required_attribute=False)
    seen, status, problems = mark_of(draft, PARTS), 200, list[Problem]()
    if posted is not None:
        seen, status = posted.get("seen", ""), 400
        try:
            if form.is_valid():
                save_answers(draft, form.answers, seen=seen, by=request.user)
                return redirect("frontend:organize-scoring", slug=slug)
        except ChangedMeanwhile:
            problems, status, seen = [Problem(CHANGED)], 409, mark_of(_fresh(draft), PARTS)
        except BundleError as error:
            problems = form.take_problems(error.problems)
    meanings = {name: role.meaning for name, role in roles().items()}
    context = {"form": form, "seen": seen, "problems": with_pages(problems), "roles": meanings}
    return step_page(request, "columns", challenge, draft, context, status=status)


def _fresh(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)
