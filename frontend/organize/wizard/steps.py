"""The steps of the wizard, and which of them a challenge has completed."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from challenges.drafts.drafts import is_built
from challenges.models import Challenge, Draft
from evaluators.specification import KINDS

STEPS: dict[str, str] = {
    "files": "Files",
    "columns": "Columns",
    "scoring": "Scoring",
    "texts": "Texts",
    "phases": "Phases",
    "data": "Data",
    "readiness": "Readiness",
}
"""In their order; the name is also part of the step's address."""

FROM_FILES = ("files", "columns", "scoring")
"""Steps that decide on the data: closed once a challenge is published, or if it comes from a bundle."""

PAGE_OF_SECTION = {
    "kind": "files",
    "files": "columns",
    "tasks": "columns",
    "split": "columns",
    "scoring": "scoring",
    "texts": "texts",
}


def page_of(section: str) -> str:
    """The step that fixes a problem in this section of the answers; empty if the problem names no section."""
    return "scoring" if section in KINDS else PAGE_OF_SECTION.get(section, "")


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step on the progress line; ``address`` is empty if the step cannot be opened yet."""

    name: str
    title: str
    address: str
    state: str
    is_here: bool


def progress_line(challenge: Challenge, draft: Draft | None, here: str) -> list[StepMark]:
    """All steps, each with whether it is done and whether it can be opened."""
    done = steps_done(challenge, draft)
    shown = [name for name in STEPS if name not in FROM_FILES or is_made_of_files(challenge, draft)]
    marks, open_ = [], True
    for name in shown:
        state = "done" if name in done else ""
        address = reverse(f"frontend:organize-{name}", args=[challenge.slug]) if open_ or name == here else ""
        marks.append(StepMark(name, STEPS[name], address, state, is_here=name == here))
        open_ = open_ and name in done
    return marks


def new_line() -> list[StepMark]:
    """The progress line of a challenge that does not exist yet."""
    return [StepMark(name, title, "", "", is_here=name == "files") for name, title in STEPS.items()]


def is_made_of_files(challenge: Challenge, draft: Draft | None) -> bool:
    """Whether its data comes from these steps, not from a bundle, and may still change."""
    return draft is not None and bool(draft.answers.get("kind")) and challenge.status == Challenge.Status.DRAFT


def steps_done(challenge: Challenge, draft: Draft | None) -> set[str]:
    """The steps that are complete."""
    published = challenge.status != Challenge.Status.DRAFT
    done: set[str] = set()
    has_data = bool(challenge.dataset_versions.all())
    if draft is not None and is_made_of_files(challenge, draft):
        has_data = is_built(draft)
        if draft.card.get("files", {}).get("usable"):
            done.add("files")
        if draft.answers.get("files"):
            done.add("columns")
        if has_data and draft.answers.get("scoring") is not None:
            done.add("scoring")
    if has_data and (published or draft is None or "summary" in draft.answers.get("texts", {}) or not draft.answers):
        done |= {"texts"}
    if challenge.phases.all():
        done.add("phases")
    if has_data and done >= {"texts", "phases"}:
        done.add("data")
    if published:
        done.add("readiness")
    return done


def next_step(challenge: Challenge, draft: Draft | None) -> str:
    """Where to continue: the first step that is not done."""
    done = steps_done(challenge, draft)
    shown = [name for name in STEPS if name not in FROM_FILES or is_made_of_files(challenge, draft)]
    return next((name for name in shown if name not in done), "phases")
