"""The rules that participants accept: a text, identified by its digest, and who accepted which text."""

from __future__ import annotations

import hashlib
from typing import Any

from challenges.models import Phase, Role, RulesAcceptance
from challenges.models.role import RoleName


def limit_lines(phase: Phase) -> list[str]:
    """The limits of a phase in sentences; they are part of the rules."""
    lines = []
    if phase.daily_limit is not None:
        lines.append(f"Submissions of a team in a day (UTC): {phase.daily_limit}.")
    if phase.total_limit is not None:
        lines.append(f"Submissions of a team in all of '{phase.name}': {phase.total_limit}.")
    if phase.max_team_size is not None:
        lines.append(f"People in a team: {phase.max_team_size} at most.")
    return lines


def rules_text(phase: Phase) -> str:
    """The text to accept: the organizer's rules and the limits of the phase; empty if the organizer wrote no rules."""
    text = phase.dataset_version.spec.rules.strip()
    return "\n\n".join([text, *limit_lines(phase)]) if text else ""


def rules_sha256(phase: Phase) -> str:
    """The digest of the rules; empty without rules."""
    text = rules_text(phase)
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def has_accepted(user: Any, phase: Phase) -> bool:
    """Also True if there are no rules to accept."""
    sha256 = rules_sha256(phase)
    if not sha256:
        return True
    return RulesAcceptance.objects.filter(challenge=phase.challenge_id, user=user, rules_sha256=sha256).exists()


def take_part(user: Any, phase: Phase, *, accepted: str) -> None:
    """Record that ``user`` takes part and, if there are rules, accepted those with the digest ``accepted``.

    Called for every submission; what is on record does not change.
    """
    if accepted:
        # The database ignores conflicts, so two concurrent requests are safe.
        RulesAcceptance.objects.bulk_create(
            [RulesAcceptance(challenge_id=phase.challenge_id, user=user, rules_sha256=accepted)], ignore_conflicts=True
        )
    Role.objects.bulk_create(
        [Role(challenge_id=phase.challenge_id, user=user, name=RoleName.PARTICIPANT)], ignore_conflicts=True
    )
