"""Publish, archive and reopen a challenge, and what it must have before everyone sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from challenges.drafts.drafts import has_unbuilt_changes
from challenges.members.locking import locked
from challenges.members.roles import may_archive, may_organize, require
from challenges.models import Act, AuditEntry, Challenge, Draft, Phase
from challenges.models.challenge import ChallengeStatus
from challenges.naming.titles import TitleTaken, claim_title, is_taken, taken_problem
from challenges.phases.creating import last_of
from challenges.phases.terms import terms_of
from challenges.publishing.readiness import unready
from evaluators.problems import Problem
from evaluators.specification import ADD_END, publishing_problems

SAVE_AGAIN = "Open this phase and save it again."


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
    if is_taken(challenge.title, but=challenge):
        problems.append(taken_problem(challenge.title))
    problems += _hidden_part_problems(phases)
    problems += _late_problems(phases)
    draft = Draft.objects.filter(challenge=challenge).first()
    if draft is not None and draft.is_under_way:
        problems.append(Problem("The challenge's data are being made anew.", "Wait until they are, and check them."))
    elif draft is not None and has_unbuilt_changes(draft):
        message = "Answers or files have changed since the data were built."
        problems.append(Problem(message, "Build the data again.", field="scoring"))
    if not problems and not without_dry_run:
        problems += unready(phases)
    return problems


def _hidden_part_problems(phases: Sequence[Phase]) -> Iterator[Problem]:
    """Whether scores on the hidden part of the test set would be shown too early, or never.

    The acts on phases prevent both, but new data with a hidden part may come to a last phase that has no end.
    """
    last = last_of(phases)
    for phase in phases:
        is_last = phase == last
        if is_last and phase.dataset_version.final_part_id is not None and phase.ends_at is None:
            message = f"A hidden part of the test set is scored when '{phase.name}' ends, and it has no end."
            yield Problem(message, ADD_END)
        elif is_last and phase.dataset_version.final_part_id is not None and phase.final_dataset_version_id is None:
            message = f"The hidden part of the test set is not scored when '{phase.name}' ends."
            yield Problem(message, SAVE_AGAIN)
        elif not is_last and phase.final_dataset_version_id is not None:
            message = f"The hidden part of the test set is scored when '{phase.name}' ends, before the last phase."
            yield Problem(message, SAVE_AGAIN)


def _late_problems(phases: Sequence[Phase]) -> Iterator[Problem]:
    """Phases that are over cannot be published. What took place elsewhere comes as an archive, with its results."""
    now = timezone.now()
    for phase in phases:
        for problem in publishing_problems(terms_of(phase), moment=now):
            yield replace(problem, message=f"{problem.message[:1].upper()}{problem.message[1:]}")


def publish(challenge: Challenge, *, by: Any, without_dry_run: bool = False) -> None:
    """Show a challenge to everyone.

    ``without_dry_run`` is only for the bundles that come with our code: our tests measure those. No page, route or
    command for organizers sets it.

    Raises:
        NotPublishable: something is missing.
        PermissionDenied: ``by`` doesn't organize it.
    """
    with locked(challenge) as current:
        require(may_organize, by, current)
        if current.status != ChallengeStatus.DRAFT:
            raise NotPublishable([Problem(f"The challenge is {current.get_status_display().lower()}, not a draft.")])
        problems = problems_of(current, without_dry_run=without_dry_run)
        if problems:
            raise NotPublishable(problems)
        _switch(current, ChallengeStatus.DRAFT, ChallengeStatus.PUBLISHED, "The challenge is not a draft.")
        try:
            claim_title(current)
        except TitleTaken as error:
            raise NotPublishable([error.problem]) from error
        AuditEntry.objects.record(current, Act.PUBLISHED, by=by)
    challenge.status = ChallengeStatus.PUBLISHED


def archive(challenge: Challenge, *, by: Any) -> None:
    """Close a published challenge to new submissions; its board and data stay readable.

    A draft can't be archived: reopening it would publish it without a dry run.

    Raises:
        NotPublishable: it is not published.
        PermissionDenied: ``by`` isn't staff.
    """
    # An upload locks the challenge too, so it never lands after this.
    with locked(challenge):
        require(may_archive, by, challenge)
        refusal = "Only a published challenge can be archived."
        _switch(challenge, ChallengeStatus.PUBLISHED, ChallengeStatus.ARCHIVED, refusal)
        AuditEntry.objects.record(challenge, Act.ARCHIVED, by=by)


def reopen(challenge: Challenge, *, by: Any) -> None:
    """Accept submissions again in open phases. Anyone who may archive may also reopen.

    Raises:
        NotPublishable: it is not archived.
        PermissionDenied: ``by`` isn't staff.
    """
    with locked(challenge):
        require(may_archive, by, challenge)
        refusal = "Only an archived challenge is opened again."
        _switch(challenge, ChallengeStatus.ARCHIVED, ChallengeStatus.PUBLISHED, refusal)
        AuditEntry.objects.record(challenge, Act.REOPENED, by=by)


def _switch(challenge: Challenge, start: ChallengeStatus, to: ChallengeStatus, refusal: str) -> None:
    if not Challenge.objects.filter(pk=challenge.pk, status=start).update(status=to):
        raise NotPublishable([Problem(refusal)])
    challenge.status = to
