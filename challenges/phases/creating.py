"""Create the phases that a bundle describes."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from challenges.models import Challenge, DatasetVersion, Phase
from challenges.models.challenge import ChallengeStatus
from evaluators.specification import PhasePlan, last_phase


def planned_phases(plans: Sequence[PhasePlan], version: DatasetVersion) -> list[Phase]:
    """Unsaved phases on this version. At the end of the last phase the version's final part, if any, is scored."""
    last = last_phase(plans)
    return [
        Phase(
            challenge=version.challenge,
            dataset_version=version,
            final_dataset_version=version.final_part if plan is last else None,
            name=plan.name,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            time_zone=plan.time_zone,
            freezes_at=plan.freezes_at,
            review_ends_at=plan.review_ends_at,
            open_division=plan.open_division,
            daily_limit=plan.daily_limit,
            total_limit=plan.total_limit,
            max_team_size=plan.max_team_size,
        )
        for plan in plans
    ]


def create_phases(challenge: Challenge, plans: Sequence[PhasePlan], version: DatasetVersion) -> list[Phase]:
    """Give a draft the phases of its bundle, in one transaction; return all phases it then has.

    Phases without submissions are replaced; if there are no plans, they are kept and moved to the new data. Phases with
    submissions do not change, nor do the phases of a published challenge: its organizers change those one by one, and
    participants are notified.
    """
    with transaction.atomic():
        locked = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
        if locked.status == ChallengeStatus.DRAFT:
            unused = locked.phases.filter(submissions__isnull=True)
            if plans:
                unused.delete()
                kept = set(locked.phases.values_list("name", flat=True))
                made = planned_phases(plans, version)
                Phase.objects.bulk_create(phase for phase in made if phase.name not in kept)
            else:
                unused.update(dataset_version=version)
                _move_final_part(locked, version)
        return list(locked.phases.order_by("starts_at", "pk"))


def _move_final_part(challenge: Challenge, version: DatasetVersion) -> None:
    """The final part belongs to the last phase, and only if that phase has an end."""
    unused = challenge.phases.filter(submissions__isnull=True)
    unused.update(final_dataset_version=None)
    last = challenge.phases.order_by("-starts_at", "-pk").first()
    if last is not None and last.ends_at is not None and not last.has_submissions:
        unused.filter(pk=last.pk).update(final_dataset_version=version.final_part)
