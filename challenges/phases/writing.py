"""Writing a new phase, and changed terms: both check the rules on the locked rows, not on what a form showed.

``leaderboard.organizing.phases`` has the acts of organizers, which also notify people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from challenges.models import Challenge, Phase, Round
from challenges.models.challenge import ChallengeStatus
from challenges.phases.creating import settle
from challenges.phases.rounds import RoundChoice, chosen_round, round_problems
from challenges.phases.terms import PhaseError, refuse, terms_of
from evaluators.problems import Problem
from evaluators.specification import PhaseTerms, change_problems, new_phase_problems, relation_problems, term_problems

NO_ROUND = RoundChoice()


def write_new(challenge: Challenge, terms: PhaseTerms, choice: RoundChoice, moment: datetime) -> Phase:
    """Write a phase on the newest data. If it is the last one, the hidden final split is scored at its end.

    In a published challenge, earlier phases keep their own final split. The row of the challenge is locked by the
    caller.

    Raises:
        PhaseError: the terms are invalid, don't fit the other phases, or come too late; or the challenge has no data.
    """
    version = challenge.dataset_versions.newest()
    if version is None:
        raise PhaseError(Problem("the challenge has no data.", "Add its data first."))
    is_draft = challenge.status == ChallengeStatus.DRAFT
    others = list(challenge.phases.all())
    final = version.final_part if _is_last(terms, others) else None
    problems = list(_problems(challenge, terms, choice, others, has_final=final is not None))
    if not is_draft:
        problems += new_phase_problems(terms, moment=moment)
    refuse(problems)
    made = Phase.objects.create(
        challenge=challenge,
        dataset_version=version,
        final_dataset_version=final,
        round=chosen_round(challenge, choice),
        **asdict(terms),
    )
    if is_draft:
        settle(challenge, version)
    return made


def begin_round(challenge: Challenge, terms: PhaseTerms) -> Phase:
    """End the phases that have no end when this one starts, and add it: scores on older data can't be compared.

    Only for challenges that come with our code, since participants get no notice of this end. No page, route or command
    for organizers calls it.

    Raises:
        PhaseError: see ``write_new``; nothing has changed then.
    """
    with transaction.atomic():
        locked = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
        locked.phases.filter(ends_at=None).update(ends_at=terms.starts_at)
        return write_new(locked, terms, NO_ROUND, moment=terms.starts_at)


def write_terms(challenge: Challenge, phase: Phase, terms: PhaseTerms, choice: RoundChoice, moment: datetime) -> None:
    """Give a phase other terms. Both rows are locked by the caller, see ``leaderboard.organizing.phases``.

    Raises:
        PhaseError: the terms are invalid, don't fit the other phases, or come too late.
    """
    others = list(challenge.phases.exclude(pk=phase.pk))
    version = challenge.dataset_versions.newest() or phase.dataset_version
    is_draft = challenge.status == ChallengeStatus.DRAFT
    if is_draft:
        has_final = version.final_part_id is not None and _is_last(terms, others)
    else:
        has_final = phase.final_dataset_version_id is not None
    problems = list(_problems(challenge, terms, choice, others, has_final=has_final, current=phase.round))
    if not is_draft:
        problems += change_problems(terms, terms_of(phase), moment=moment)
    refuse(problems)
    values = asdict(terms) | {"round": chosen_round(challenge, choice)}
    if terms.ends_at is None:
        # A draft's phase may have been the last one until now.
        values["final_dataset_version"] = None
    Phase.objects.filter(pk=phase.pk).update(**values)
    if is_draft:
        settle(challenge, version)


def _problems(
    challenge: Challenge,
    terms: PhaseTerms,
    choice: RoundChoice,
    others: list[Phase],
    *,
    has_final: bool,
    current: Round | None = None,
) -> Iterator[Problem]:
    yield from term_problems(terms)
    yield from relation_problems(terms, map(terms_of, others), has_final=has_final)
    yield from round_problems(challenge, choice, current=current)


def _is_last(terms: PhaseTerms, others: list[Phase]) -> bool:
    return all(other.starts_at < terms.starts_at for other in others)
