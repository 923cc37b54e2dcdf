"""The titles of published challenges: no two of them can be taken for one another.

A draft's title is checked when it is published: one that is never shown must not keep others from a title.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction

from challenges.models import Challenge, TitleKey
from challenges.models.challenge import ChallengeStatus
from challenges.naming.lookalikes import name_keys
from evaluators.problems import Problem, quoted


class TitleTaken(Exception):
    """Another challenge's title looks like this one; the problem may be shown to the organizer."""

    def __init__(self, title: str) -> None:
        self.problem = taken_problem(title)
        super().__init__(str(self.problem))


def taken_problem(title: str) -> Problem:
    # It is not said which: that challenge may be private.
    message = f"another challenge's title is {quoted(title)}, or looks like it."
    return Problem(message, "Choose another title.", field="title")


def is_taken(title: str, *, but: Challenge) -> bool:
    return TitleKey.objects.filter(key__in=name_keys(title)).exclude(challenge=but).exists()


def claim_title(challenge: Challenge) -> None:
    """Take the challenge's title for it, in place of an earlier one; nothing for a draft.

    Raises:
        TitleTaken: another challenge has one that looks like it.
    """
    if challenge.status == ChallengeStatus.DRAFT:
        return
    try:
        with transaction.atomic():
            TitleKey.objects.filter(challenge=challenge).delete()
            TitleKey.objects.bulk_create(TitleKey(key=key, challenge=challenge) for key in name_keys(challenge.title))
    except IntegrityError as error:
        raise TitleTaken(challenge.title) from error
