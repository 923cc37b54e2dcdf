"""A challenge in the making: begun by anyone, answered step by step, deleted by its owner.

What a step has answered is kept under the name of its part of ``evaluators.drafting.Answers``. Two organizers, or one
in two windows, may be at the same step: whoever saves says what they saw, and is told if it is no longer so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from challenges.models import Challenge, Draft, DraftFile, Role
from challenges.models.challenge import ChallengeStatus
from challenges.models.role import RoleName
from evaluators.drafting import Answers, parse_answers
from evaluators.problems import BundleError, Problem

MAX_DRAFTS = 20
"""Of one owner at a time; each may hold as many bytes as an upload."""

MAX_DRAFT_FILES = 64

DATA_PARTS = ("kind", "files", "tasks", "split", "selection", "cleaning", "acquisition", "scoring")
"""The parts of the answers on which the data depend; the texts are put into data that are there already."""


class ChangedMeanwhile(Exception):
    """Somebody else saved the same step in between."""


def create_draft(user: Any, *, slug: str, texts: Mapping[str, str], kind: Mapping[str, str]) -> Draft:
    """A new challenge, seen by nobody but ``user``, who owns it.

    Raises:
        BundleError: the address is taken, ``user`` has too many drafts, or an answer is not valid.
    """
    _parsed({"kind": dict(kind), "texts": {**texts, "slug": slug}})
    with transaction.atomic():
        owned = Challenge.objects.filter(
            status=ChallengeStatus.DRAFT, roles__user=user, roles__name=RoleName.OWNER, draft__isnull=False
        )
        if owned.count() >= MAX_DRAFTS:
            raise BundleError(Problem(f"You have {MAX_DRAFTS} drafts.", "Publish or delete one of them."))
        try:
            with transaction.atomic():
                challenge = Challenge.objects.create(
                    slug=slug, title=texts["title"], summary="", kind=kind["kind"], domain=kind["domain"]
                )
        except IntegrityError as error:
            raise BundleError(
                Problem("another challenge has this address.", "Choose another one.", field="texts.slug")
            ) from error
        Role.objects.create(challenge=challenge, user=user, name=RoleName.OWNER)
        return Draft.objects.create(challenge=challenge, answers={"kind": dict(kind), "texts": dict(texts)})


def parsed_answers(draft: Draft) -> Answers:
    """What was answered so far, with defaults for the rest.

    Raises:
        BundleError: the answers do not agree with one another; the field of each problem begins with its part.
    """
    return _parsed(document_of(draft))


def document_of(draft: Draft) -> dict[str, Any]:
    """The answers as the evaluators take them: the address is the challenge's."""
    texts = {**draft.answers.get("texts", {}), "slug": draft.challenge.slug}
    return {"format": 1, **draft.answers, "texts": texts}


def save_answers(draft: Draft, changes: Mapping[str, Mapping[str, Any]], *, seen: str) -> Draft:
    """Replace whole parts of the answers, and let the challenge itself follow.

    ``seen`` is what ``mark_of`` gave for these parts when the form was shown.

    Raises:
        ChangedMeanwhile: one of them has been saved since.
        BundleError: the answers do not agree with one another.
    """
    with transaction.atomic():
        locked = Draft.objects.select_for_update(no_key=True, of=("self",)).select_related("challenge").get(pk=draft.pk)
        if mark_of(locked, changes) != seen:
            raise ChangedMeanwhile
        locked.answers = {**locked.answers, **{name: dict(value) for name, value in changes.items()}}
        _parsed(document_of(locked))
        locked.save(update_fields=["answers", "updated_at"])
        _follow(locked)
    return locked


def mark_of(draft: Draft, parts: Collection[str]) -> str:
    """A mark of what these parts hold: it differs as soon as one of them does."""
    return _digest([draft.answers.get(name) for name in sorted(parts)])


def data_mark(draft: Draft) -> str:
    """A mark of all that the data depend on: the answers to their steps and the files."""
    files = sorted((file.name, file.sha256) for file in draft.files.all())
    return _digest([[draft.answers.get(name) for name in DATA_PARTS], files])


def is_built(draft: Draft) -> bool:
    """Whether the newest version of the data is made of the present answers and files."""
    return bool(draft.card.get("built")) and draft.card["built"] == data_mark(draft)


def add_files(draft: Draft, files: Sequence[DraftFile]) -> None:
    """Record files whose bytes are stored; one of the same name takes the place of the older.

    Raises:
        BundleError: there would be too many.
    """
    with transaction.atomic():
        locked = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        names = {file.name for file in files}
        locked.files.filter(name__in=names).delete()
        if locked.files.count() + len(names) > MAX_DRAFT_FILES:
            raise BundleError(Problem(f"A challenge is made of at most {MAX_DRAFT_FILES} files.", field="files"))
        for file in files:
            file.draft = locked
        DraftFile.objects.bulk_create(files)
        _forget_columns(locked)


def remove_file(draft: Draft, pk: int) -> bool:
    """Take a file out of the draft; false if it is not one of its files. Its bytes are left to the sweep."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        removed, _ = locked.files.filter(pk=pk).delete()
        if removed:
            _forget_columns(locked)
    return bool(removed)


def delete_draft(challenge: Challenge) -> None:
    """Delete a challenge that was never published, with all that belongs to it. Its bytes are left to the sweep.

    Raises:
        BundleError: it is or was published, or somebody submitted to it.
    """
    with transaction.atomic():
        locked = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
        if locked.status != ChallengeStatus.DRAFT:
            raise BundleError(Problem("Only a draft can be deleted.", "A published challenge can be archived."))
        try:
            locked.phases.all().delete()
            locked.dataset_versions.update(final_part=None)
            locked.dataset_versions.all().delete()
            locked.delete()
        except ProtectedError as error:
            raise BundleError(Problem("There are submissions to this challenge, so it stays.")) from error


def _forget_columns(draft: Draft) -> None:
    """Other files may have other columns: what was said of those that stay is kept, the rest is guessed anew."""
    kept = set(draft.files.values_list("name", flat=True))
    columns = draft.answers.get("files", {})
    if columns.get("files"):
        known = {name: answer for name, answer in columns["files"].items() if name in kept}
        draft.answers = {**draft.answers, "files": {**columns, "files": known}}
    draft.card = {key: value for key, value in draft.card.items() if key != "files"}
    draft.save(update_fields=["answers", "card", "updated_at"])


def _follow(draft: Draft) -> None:
    texts, kind = draft.answers.get("texts", {}), draft.answers.get("kind", {})
    values = {
        "title": texts.get("title"),
        "summary": texts.get("summary"),
        "kind": kind.get("kind"),
        "domain": kind.get("domain"),
    }
    Challenge.objects.filter(pk=draft.challenge_id).update(**{name: value for name, value in values.items() if value})


def _parsed(document: Mapping[str, Any]) -> Answers:
    return parse_answers(dict(document))


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
