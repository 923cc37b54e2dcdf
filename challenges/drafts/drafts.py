"""Drafts of challenges: anyone can start one, answers it step by step, and can delete it as its owner.

The answers of a step are stored under the name of their section of ``evaluators.drafting.Answers``. Two organizers, or
one in two windows, may edit the same step: each save names the state it was based on, and is refused if that changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from challenges.drafts.data_texts import write_texts
from challenges.drafts.storage import owners_of, refuse_too_many_bytes
from challenges.members.locking import locked
from challenges.members.organizers import refuse_unapproved
from challenges.members.roles import may_organize, require
from challenges.models import Act, AuditEntry, Challenge, Draft, DraftFile, Role
from challenges.models.challenge import ChallengeStatus
from challenges.models.role import RoleName
from evaluators.drafting import Answers, parse_answers
from evaluators.problems import BundleError, Problem

MAX_DRAFTS = 20
"""Per owner, at any time, however they were created; each draft may hold as many bytes as an upload."""

MAX_DRAFT_FILES = 64

TAKEN = ("another challenge has this address.", "Choose another one.")
"""The same for public and private challenges, so that it does not reveal that a private one exists."""

DATA_SECTIONS = ("kind", "files", "tasks", "split", "scoring")
"""The sections of the answers that the data depends on, besides the section of the draft's kind. Texts are not among
them: they can be written into existing data."""


class ChangedMeanwhile(Exception):
    """Somebody else has saved the same step since the form was shown."""


def create_draft(user: Any, *, slug: str, texts: Mapping[str, str], kind: Mapping[str, str]) -> Draft:
    """Create a challenge owned by ``user`` and visible only to them.

    Raises:
        BundleError: the address is taken, ``user`` has too many drafts, or an answer is invalid.
    """
    _parsed({"kind": dict(kind), "texts": {**texts, "slug": slug}})
    with transaction.atomic():
        made = Challenge(slug=slug, title=texts["title"], summary="", kind=kind["kind"], domain=kind["domain"])
        challenge = new_challenge(made, owner=user, taken=Problem(*TAKEN, field="texts.slug"))
        return Draft.objects.create(challenge=challenge, answers={"kind": dict(kind), "texts": dict(texts)})


def new_challenge(made: Challenge, *, owner: Any, taken: Problem) -> Challenge:
    """Save a new challenge as a draft of ``owner``; None creates one without an owner, which staff organize.

    Raises:
        BundleError: ``owner`` may not start challenges or has too many drafts, or another challenge has the address,
            which ``taken`` says.
    """
    with locked(owner) if owner is not None else transaction.atomic():
        if owner is not None:
            refuse_unapproved(owner)
            refuse_too_many_drafts(owner)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise BundleError(taken) from error
        if owner is not None:
            Role.objects.create(challenge=made, user=owner, name=RoleName.OWNER)
    return made


def refuse_too_many_drafts(owner: Any) -> None:
    """Raise BundleError: ``owner`` has as many drafts as there can be."""
    owned = Challenge.objects.filter(status=ChallengeStatus.DRAFT, roles__user=owner, roles__name=RoleName.OWNER)
    if owned.count() >= MAX_DRAFTS:
        raise BundleError(Problem(f"you have {MAX_DRAFTS} drafts.", "Publish or delete one of them."))


def parsed_answers(draft: Draft) -> Answers:
    """The answers so far, with defaults for the rest.

    Raises:
        BundleError: the answers contradict each other; the field of each problem begins with its section.
    """
    return _parsed(document_of(draft))


def document_of(draft: Draft) -> dict[str, Any]:
    """The answers as the evaluators take them; the slug comes from the challenge."""
    texts = {**draft.answers.get("texts", {}), "slug": draft.challenge.slug}
    return {"format": 1, **draft.answers, "texts": texts}


def save_answers(draft: Draft, changes: Mapping[str, Mapping[str, Any]], *, seen: str, by: Any) -> Draft:
    """Replace whole sections of the answers. Texts are written into the data as well, if there are any.

    ``seen`` is what ``mark_of`` returned for these sections when the form was shown.

    Raises:
        ChangedMeanwhile: one of these sections has been saved since.
        BundleError: the answers contradict each other, or a text is too long or missing.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with _organized(draft, by) as current:
        if mark_of(current, changes) != seen:
            raise ChangedMeanwhile
        current.answers = {**current.answers, **{name: dict(value) for name, value in changes.items()}}
        _parsed(document_of(current))
        current.save(update_fields=["answers", "updated_at"])
        _follow(current)
        if "texts" in changes:
            write_texts(current.challenge, changes["texts"])
            if current.challenge.status != ChallengeStatus.DRAFT:
                AuditEntry.objects.record(current.challenge, Act.TEXTS, by=by)
    return current


@contextmanager
def _organized(draft: Draft, by: Any) -> Iterator[Draft]:
    """The draft as it is now, locked; raises PermissionDenied if ``by`` doesn't organize its challenge."""
    # In the order in which a build locks them when it is recorded.
    with locked(draft.challenge) as challenge, locked(draft) as current:
        require(may_organize, by, challenge)
        current.challenge = challenge
        yield current


def mark_of(draft: Draft, parts: Collection[str]) -> str:
    """A digest of these sections of the answers: it changes as soon as one of them does."""
    return _digest([draft.answers.get(name) for name in sorted(parts)])


def data_mark(draft: Draft) -> str:
    """A digest of everything that the data depends on: the answers about it, and the files."""
    sections = (*DATA_SECTIONS, draft.answers.get("kind", {}).get("kind"))
    files = sorted((file.name, file.sha256) for file in draft.files.all())
    return _digest([[draft.answers.get(name) for name in sections], files])


def is_built(draft: Draft) -> bool:
    """Whether the newest version of the data was built from the current answers and files."""
    return bool(draft.card.get("built")) and draft.card["built"] == data_mark(draft)


def has_unbuilt_changes(draft: Draft) -> bool:
    """Whether answers or files have changed since data were built from them.

    If nothing was ever built, the data of the challenge came as a bundle, which the answers don't concern.
    """
    return bool(draft.answers.get("kind")) and bool(draft.card.get("built")) and not is_built(draft)


def add_files(draft: Draft, files: Sequence[DraftFile], *, by: Any) -> None:
    """Record files whose bytes are stored, if any; a file replaces an older one of the same name.

    Raises:
        BundleError: there would be too many, or the owner of the challenge would store too many bytes.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    if not files:
        return
    with _organized(draft, by) as current:
        names = {file.name for file in files}
        current.files.filter(name__in=names).delete()
        for owner in owners_of(current.challenge):
            refuse_too_many_bytes(owner, sum(file.size for file in files))
        if current.files.count() + len(names) > MAX_DRAFT_FILES:
            raise BundleError(Problem(f"A challenge is made of at most {MAX_DRAFT_FILES} files.", field="files"))
        for file in files:
            file.draft = current
        DraftFile.objects.bulk_create(files)
        _forget_columns(current)


def remove_file(draft: Draft, pk: int, *, by: Any) -> bool:
    """Remove a file from the draft; False if the draft has no such file. The sweep deletes its bytes later.

    Raises:
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with _organized(draft, by) as current:
        removed, _ = current.files.filter(pk=pk).delete()
        if removed:
            _forget_columns(current)
    return bool(removed)


def delete_draft(challenge: Challenge) -> None:
    """Delete a challenge that was never published, with all that belongs to it. The sweep deletes its bytes later.

    A part of ``leaderboard.organizing.deleting.delete_challenge``, which checks who asks for it.

    Raises:
        BundleError: it is or was published, or it has submissions.
    """
    with locked(challenge) as current:
        if current.status != ChallengeStatus.DRAFT:
            raise BundleError(Problem("Only a draft can be deleted.", "A published challenge can be archived."))
        try:
            current.phases.all().delete()
            current.dataset_versions.update(final_part=None)
            current.dataset_versions.all().delete()
            current.delete()
        except ProtectedError as error:
            raise BundleError(Problem("There are submissions to this challenge, so it stays.")) from error


def _forget_columns(draft: Draft) -> None:
    """New files may have other columns: answers about files that remain are kept, the rest is guessed again."""
    kept = set(draft.files.values_list("name", flat=True))
    columns = draft.answers.get("files", {})
    if columns.get("files"):
        known = {name: answer for name, answer in columns["files"].items() if name in kept}
        draft.answers = {**draft.answers, "files": {**columns, "files": known}}
    draft.card = {key: value for key, value in draft.card.items() if key != "files"}
    draft.save(update_fields=["answers", "card", "updated_at"])


def _follow(draft: Draft) -> None:
    """Give a challenge without data the kind and domain of the answers. Recording data gives it those of the data."""
    if not draft.challenge.dataset_versions.exists():
        kind = draft.answers.get("kind", {})
        values = {name: kind[name] for name in ("kind", "domain") if kind.get(name)}
        Challenge.objects.filter(pk=draft.challenge_id).update(**values)


def _parsed(document: Mapping[str, Any]) -> Answers:
    return parse_answers(dict(document))


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
