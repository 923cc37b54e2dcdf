"""The texts of a challenge. They may change at any time: no score depends on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from challenges.drafts.data_texts import texts_of, write_texts
from challenges.drafts.drafts import ChangedMeanwhile, mark_of, save_answers
from challenges.members.locking import locked
from challenges.members.roles import may_organize, require
from challenges.models import Act, AuditEntry, Challenge, Draft
from evaluators.problems import BundleError, markdown_problems

MARKDOWN = ("description", "rules", "data_card")


def texts_mark(challenge: Challenge, draft: Draft | None) -> str:
    """A digest of the saved texts. A challenge without a draft has no answers, so those of its data are digested."""
    return mark_of(draft or Draft(answers={"texts": texts_of(challenge)}), ("texts",))


def save_texts(challenge: Challenge, draft: Draft | None, texts: Mapping[str, str], *, seen: str, by: Any) -> None:
    """Save the texts of a challenge: among the answers of its draft, if it has one, and in its data.

    ``seen`` is what ``texts_mark`` returned when the form was shown.

    Raises:
        ChangedMeanwhile: somebody else has saved the texts since.
        BundleError: a text is too long, missing, or would take long to show.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    _refuse_costly(texts)
    if draft is not None:
        save_answers(draft, {"texts": texts}, seen=seen, by=by)
        return
    with locked(challenge) as current:
        require(may_organize, by, current)
        if texts_mark(challenge, None) != seen:
            raise ChangedMeanwhile
        write_texts(challenge, texts)
        AuditEntry.objects.record(current, Act.TEXTS, by=by)


def _refuse_costly(texts: Mapping[str, str]) -> None:
    problems = [
        replace(problem, field=f"texts.{name}")
        for name in MARKDOWN
        for problem in markdown_problems(texts.get(name, ""))
    ]
    if problems:
        raise BundleError(problems)
