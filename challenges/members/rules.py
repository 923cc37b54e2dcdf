"""The rules that a participant accepts: one text, known by its digest, and who accepted which."""

from __future__ import annotations

import hashlib
from typing import Any

from challenges.models import Phase, Role, RulesAcceptance
from challenges.models.role import RoleName


def limit_lines(phase: Phase) -> list[str]:
    """What a phase allows, in sentences; they belong to the rules."""
    lines = []
    if phase.daily_limit is not None:
        lines.append(f"Submissions of a team in a day (UTC): {phase.daily_limit}.")
    if phase.total_limit is not None:
        lines.append(f"Submissions of a team in all of '{phase.name}': {phase.total_limit}.")
    if phase.max_team_size is not None:
        lines.append(f"People in a team: {phase.max_team_size} at most.")
    return lines


def rules_text(phase: Phase) -> str:
    """What is accepted: the organizer's text and the limits of the phase; empty where the organizer wrote none."""
    text = phase.dataset_version.spec.rules.strip()
    return "\n\n".join([text, *limit_lines(phase)]) if text else ""


def rules_sha256(phase: Phase) -> str:
    """The digest of the text; empty where there is none."""
    text = rules_text(phase)
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def has_accepted(user: Any, phase: Phase) -> bool:
    """True also where there is nothing to accept."""
    sha256 = rules_sha256(phase)
    if not sha256:
        return True
    return RulesAcceptance.objects.filter(challenge=phase.challenge_id, user=user, rules_sha256=sha256).exists()


def take_part(user: Any, phase: Phase, *, accepted: str) -> None:
    """Record that ``user`` accepted the text with the digest ``accepted``, if any, and takes part.

    To be called again for each submission: what is on record stays as it is.
    """
    if accepted:
        # Conflicts are ignored by the database, so that two requests at once need no second look.
        RulesAcceptance.objects.bulk_create(
            [RulesAcceptance(challenge_id=phase.challenge_id, user=user, rules_sha256=accepted)], ignore_conflicts=True
        )
    Role.objects.bulk_create(
        [Role(challenge_id=phase.challenge_id, user=user, name=RoleName.PARTICIPANT)], ignore_conflicts=True
    )
