"""Adding, changing and removing a phase: what people are told, and what happens to its board.

A bundle creates a draft's phases with ``challenges.phases.creating.create_phases``. All of them use the rules of
``evaluators.specification``.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from challenges.drafts.drafts import ChangedMeanwhile
from challenges.members.roles import may_organize, require
from challenges.models import Act, AuditEntry, Challenge, Phase
from challenges.models.challenge import ChallengeStatus
from challenges.phases.changes import told, told_of_new
from challenges.phases.creating import settle
from challenges.phases.locking import locked_phase
from challenges.phases.rounds import RoundChoice
from challenges.phases.terms import PhaseError, is_relied_on, mark_of, terms_of
from challenges.phases.writing import NO_ROUND, write_new, write_terms
from challenges.publishing.readiness import newest_run
from evaluators.problems import Problem
from evaluators.specification import PhaseTerms
from leaderboard.boards.board import rewrite_board
from leaderboard.models import User
from leaderboard.notifications.announcing import MAX_TITLE, announce
from leaderboard.organizing import dryrun

logger = logging.getLogger(__name__)


def add_phase(challenge: Challenge, terms: PhaseTerms, choice: RoundChoice = NO_ROUND, *, by: User) -> Phase:
    """Add a phase on the newest data, see ``write_new``. In a published challenge everyone is told of it.

    Raises:
        PhaseError: the terms are invalid, don't fit the other phases, or come too late; or the challenge has no data.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with transaction.atomic():
        locked = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
        require(may_organize, by, locked)
        made = write_new(locked, terms, choice, timezone.now())
        AuditEntry.objects.record(locked, Act.PHASE_ADDED, f"“{terms.name}”", by=by)
        if locked.status != ChallengeStatus.DRAFT:
            _announce(locked, f"“{terms.name}” was added", told_of_new(terms), by)
    logger.info("phase added phase=%s by=%s", made.pk, by.pk)
    return made


def change_phase(phase: Phase, terms: PhaseTerms, choice: RoundChoice, *, by: User, seen: str) -> list[str]:
    """Give a phase other terms; return the changes in sentences. In a published challenge everyone is told of them.

    ``seen`` is what ``mark_of`` returned when ``by`` read the terms. The board is rewritten if its freeze moves.

    Raises:
        ChangedMeanwhile: somebody else has changed the phase since.
        PhaseError: the terms are invalid, don't fit the other phases, or come too late.
        Phase.DoesNotExist: somebody else has removed the phase.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with transaction.atomic():
        challenge = Challenge.objects.select_for_update(no_key=True).get(pk=phase.challenge_id)
        require(may_organize, by, challenge)
        locked = locked_phase(phase.pk)
        if mark_of(locked) != seen:
            raise ChangedMeanwhile
        before = terms_of(locked)
        write_terms(challenge, locked, terms, choice, timezone.now())
        lines = told(terms, before)
        AuditEntry.objects.record(challenge, Act.PHASE_CHANGED, f"“{terms.name}”: {' '.join(lines)}", by=by)
        if challenge.status != ChallengeStatus.DRAFT:
            if (before.freezes_at, before.ends_at) != (terms.freezes_at, terms.ends_at):
                # If this ends or removes a freeze, nothing else would put the entries it held back onto the board.
                rewrite_board(locked.pk)
            if lines:
                _announce(challenge, f"“{terms.name}” has changed", lines, by)
    logger.info("phase changed phase=%s by=%s changes=%s", phase.pk, by.pk, len(lines))
    return lines


def remove_phase(phase: Phase, *, by: User) -> None:
    """Remove a phase that nobody relies on yet.

    Raises:
        PhaseError: people take part in it, or may have begun to.
        Phase.DoesNotExist: somebody else has removed it.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with transaction.atomic():
        challenge = Challenge.objects.select_for_update(no_key=True).get(pk=phase.challenge_id)
        require(may_organize, by, challenge)
        locked = locked_phase(phase.pk)
        if is_relied_on(locked, timezone.now()):
            raise _stays()
        dryrun.forget([locked])
        try:
            locked.delete()
        except ProtectedError as error:
            raise _stays() from error
        AuditEntry.objects.record(challenge, Act.PHASE_REMOVED, f"“{locked.name}”", by=by)
        version = challenge.dataset_versions.newest()
        if version is not None and challenge.status == ChallengeStatus.DRAFT:
            settle(challenge, version)
    logger.info("phase removed phase=%s by=%s", phase.pk, by.pk)


def start_first_check(challenge: Challenge, *, by: User) -> None:
    """Start a draft's first dry run, so that baselines are scored while the organizer looks at the data."""
    first = challenge.phases.select_related("dataset_version").first()
    is_draft = challenge.status == ChallengeStatus.DRAFT
    if is_draft and first is not None and newest_run(first.dataset_version) is None:
        dryrun.start(first, by=by)


def _announce(challenge: Challenge, title: str, lines: list[str], by: User) -> None:
    announce(challenge, title=title[:MAX_TITLE], body="\n".join(f"- {line}" for line in lines), by=by)


def _stays() -> PhaseError:
    return PhaseError(Problem("people take part in this phase, or did, so it stays.", "Change its end instead."))
