"""Create the phases that a bundle describes, and keep a draft's phases on its newest data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from django.db import transaction

from challenges.models import Challenge, DatasetVersion, Phase
from challenges.models.challenge import ChallengeStatus
from challenges.phases.terms import terms_of
from evaluators.problems import BundleError, Problem
from evaluators.specification import SPECIFICATION_FILE, PhasePlan, last_phase, name_key, relation_problems


def planned_phases(plans: Sequence[PhasePlan], version: DatasetVersion) -> list[Phase]:
    """Unsaved phases on this version. At the end of the last phase the version's final part, if any, is scored."""
    last = last_phase(plans)
    return [
        Phase(
            challenge=version.challenge,
            dataset_version=version,
            final_dataset_version=version.final_part if plan is last else None,
            **asdict(plan.terms),
        )
        for plan in plans
    ]


def create_phases(challenge: Challenge, plans: Sequence[PhasePlan], version: DatasetVersion) -> list[Phase]:
    """Give a draft the phases of its bundle, in one transaction; return all phases it then has.

    Phases without submissions are replaced; if there are no plans, they are kept and moved to the new data. Phases with
    submissions do not change, nor do the phases of a published challenge: its organizers change those one by one, and
    participants are notified. The plans were checked with the bundle, by the same rules as any other change.

    Raises:
        BundleError: a plan doesn't fit a phase with submissions.
    """
    with transaction.atomic():
        locked = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
        if locked.status == ChallengeStatus.DRAFT and plans:
            locked.phases.filter(submissions__isnull=True).delete()
            kept = list(locked.phases.all())
            names = {name_key(phase.name) for phase in kept}
            made = [phase for phase in planned_phases(plans, version) if name_key(phase.name) not in names]
            _fit(made, kept)
            Phase.objects.bulk_create(made)
        elif locked.status == ChallengeStatus.DRAFT:
            settle(locked, version)
        return list(locked.phases.order_by("starts_at", "pk"))


def _fit(made: Sequence[Phase], kept: Sequence[Phase]) -> None:
    terms = [terms_of(phase) for phase in kept]
    problems: list[Problem] = []
    for phase in made:
        problems += relation_problems(terms_of(phase), terms, has_final=False)
    if problems:
        raise BundleError([replace(problem, file=SPECIFICATION_FILE, field="phases") for problem in problems])


def settle(challenge: Challenge, version: DatasetVersion) -> None:
    """Move a draft's phases to this version, and its final part to the last phase, if that has an end.

    A phase that holds submissions keeps its data, since they were made for it. Those of a dry run don't keep it from
    gaining or losing the final part: nothing is scored on that before the end.
    """
    challenge.phases.filter(submissions__isnull=True).update(dataset_version=version)
    unused = challenge.phases.exclude(submissions__is_baseline=False)
    unused.update(final_dataset_version=None)
    last = last_of(challenge.phases.all())
    if last is not None and last.ends_at is not None:
        unused.filter(pk=last.pk, dataset_version=version).update(final_dataset_version=version.final_part)


def last_of(phases: Iterable[Phase]) -> Phase | None:
    """The phase at whose end the hidden final split is scored."""
    return max(phases, key=lambda phase: (phase.starts_at, phase.pk), default=None)
