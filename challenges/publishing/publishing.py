"""Publish, archive and reopen a challenge, and what it must have before everyone sees it."""

from __future__ import annotations

from django.db import transaction

from challenges.members.locking import locked
from challenges.models import Challenge, Draft
from challenges.models.challenge import ChallengeStatus
from challenges.publishing.readiness import unready
from evaluators.problems import Problem


class NotPublishable(Exception):
    """The challenge lacks something; the problems may be shown to its organizer."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(str(problem) for problem in problems))
        self.problems = problems


def problems_of(challenge: Challenge, *, without_dry_run: bool = False) -> list[Problem]:
    """The problems to fix before publishing; empty if there are none. See ``publish``."""
    problems = []
    versions = {version.pk: version for version in challenge.dataset_versions.prefetch_related("files")}
    phases = list(challenge.phases.select_related("dataset_version", "final_dataset_version"))
    if not versions:
        problems.append(Problem("The challenge has no data.", "Load a bundle."))
    if not phases:
        problems.append(Problem("The challenge has no phase.", "Add one, so that it can be submitted to."))
    for phase in phases:
        version = versions.get(phase.dataset_version_id)
        if version is None:
            problems.append(Problem(f"The phase '{phase.name}' scores on the data of another challenge."))
            continue
        recorded = {file.name for file in version.files.all()}
        if recorded != set(version.spec.data_files):
            problems.append(Problem(f"The files of {version} are not those of its specification.", "Load it again."))
    if Draft.objects.filter(challenge=challenge).exclude(work="").exists():
        problems.append(Problem("The challenge's data are being made anew.", "Wait until they are, and check them."))
    if not problems and not without_dry_run:
        problems += unready(phases)
    return problems


def publish(challenge: Challenge, *, without_dry_run: bool = False) -> None:
    """Show a challenge to everyone.

    ``without_dry_run`` is only for the bundles that come with our code: our tests measure those. No page, route or
    command for organizers sets it.

    Raises:
        NotPublishable: something is missing.
    """
    with transaction.atomic():
        locked = Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)
        if locked.status != ChallengeStatus.DRAFT:
            raise NotPublishable([Problem(f"The challenge is {locked.get_status_display().lower()}, not a draft.")])
        problems = problems_of(locked, without_dry_run=without_dry_run)
        if problems:
            raise NotPublishable(problems)
        _switch(locked, ChallengeStatus.DRAFT, ChallengeStatus.PUBLISHED, "The challenge is not a draft.")
    challenge.status = ChallengeStatus.PUBLISHED


def archive(challenge: Challenge) -> None:
    """Close a published challenge to new submissions; its board and data stay readable.

    A draft can't be archived: reopening it would publish it without a dry run.

    Raises:
        NotPublishable: it is not published.
    """
    _switch(
        challenge, ChallengeStatus.PUBLISHED, ChallengeStatus.ARCHIVED, "Only a published challenge can be archived."
    )


def reopen(challenge: Challenge) -> None:
    """Accept submissions again in open phases. Anyone who may archive may also reopen.

    Raises:
        NotPublishable: it is not archived.
    """
    _switch(
        challenge, ChallengeStatus.ARCHIVED, ChallengeStatus.PUBLISHED, "Only an archived challenge is opened again."
    )


def _switch(challenge: Challenge, start: ChallengeStatus, to: ChallengeStatus, refusal: str) -> None:
    # An upload locks the challenge too, so it never lands after the change.
    with locked(challenge):
        if not Challenge.objects.filter(pk=challenge.pk, status=start).update(status=to):
            raise NotPublishable([Problem(refusal)])
    challenge.status = to
