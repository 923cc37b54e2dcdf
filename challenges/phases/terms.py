"""The terms of a stored phase, and the error that refuses other ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime

from challenges.models import Phase
from challenges.models.challenge import ChallengeStatus
from evaluators.problems import Problem, ProblemsError
from evaluators.specification import PhaseTerms


class PhaseError(ProblemsError):
    """An act on a phase is refused. Each problem names a field of ``PhaseTerms`` or ``RoundChoice``, if it has one."""


def refuse(problems: Iterable[Problem]) -> None:
    """Raise the problems, if any.

    Raises:
        PhaseError: there are problems.
    """
    found = list(dict.fromkeys(problems))
    if found:
        raise PhaseError(found)


def terms_of(phase: Phase) -> PhaseTerms:
    """The current terms of a phase."""
    return PhaseTerms(**{field.name: getattr(phase, field.name) for field in fields(PhaseTerms)})


def mark_of(phase: Phase) -> str:
    """A digest of all that can change about a phase: a form that was opened with another mark is out of date."""
    older = phase.round.starts_from_id if phase.round is not None else None
    return hashlib.sha256(f"{terms_of(phase)} {phase.round_id} {older}".encode()).hexdigest()


def is_relied_on(phase: Phase, moment: datetime) -> bool:
    """Whether people take part or may have begun to. Never True for a draft: only its dry run has submitted."""
    started = phase.starts_at <= moment
    return phase.challenge.status != ChallengeStatus.DRAFT and (started or phase.has_submissions)
