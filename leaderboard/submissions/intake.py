"""The one entry point for all submissions: from the page, the API and baselines.

Everything is checked before anything is stored, and everything is recorded in one transaction. A refused submission
leaves nothing behind: no file, no row, and it does not count against the limits. Only a crash, or a lost race for a
team's last submission, can leave bytes that nothing refers to. No request deletes these, because another upload may be
about to refer to them; the sweep does.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from challenges.members.locking import locked
from challenges.members.rules import has_accepted, rules_sha256, take_part
from challenges.models import Phase
from challenges.phases.locking import locked_phase
from challenges.publishing.readiness import dry_run_is_under_way
from evaluators.datasets import PreparedDataset
from evaluators.problems import Problem, SubmissionError
from evaluators.sandbox import SandboxUnavailable, WorkFailed
from evaluators.scoring import CheckReport, check
from evaluators.submissions import Upload, unpack
from leaderboard.evaluations.queueing import enqueue
from leaderboard.models import Division, Submission, SubmissionFile, Team
from leaderboard.storage import object_store
from leaderboard.storage.datasets import open_dataset
from leaderboard.submissions.quota import quota
from leaderboard.submissions.stored import refuse_too_many_bytes
from leaderboard.teams.entrants import enter, small_enough
from leaderboard.teams.names import normalise_name
from leaderboard.teams.teams import lock_teams

logger = logging.getLogger(__name__)


class PhaseClosed(SubmissionError):
    """The phase does not accept submissions now."""


class DataUnavailable(SubmissionError):
    """The challenge's data cannot be opened on this host now; the files are not at fault."""


class QuotaUsed(SubmissionError):
    """The team has no submissions left."""


class RulesNotAccepted(SubmissionError):
    """The user has not accepted the current rules."""


def instant_check(phase: Phase, uploads: Sequence[Upload]) -> tuple[list[Upload], CheckReport]:
    """Check files without submitting them, as long as they could be submitted.

    Raises:
        PhaseClosed: the phase takes no submissions.
        DataUnavailable, SubmissionError: see ``check_uploads``.
    """
    _open(phase, timezone.now(), is_baseline=False)
    return check_uploads(phase, uploads)


def check_uploads(phase: Phase, uploads: Sequence[Upload]) -> tuple[list[Upload], CheckReport]:
    """Unpack the files and check their content. Stores nothing and does not count as a submission.

    Raises:
        DataUnavailable: the challenge's data cannot be opened on this host now.
        SubmissionError: with every problem found.
    """
    files = unpack(uploads)
    return files, check(_opened(phase), files)


def _opened(phase: Phase) -> PreparedDataset:
    try:
        return open_dataset(phase.dataset_version)
    except (SandboxUnavailable, WorkFailed) as error:
        # It was prepared on another host when the challenge was created; preparing it here fails at the moment.
        logger.exception("dataset not prepared version=%s", phase.dataset_version_id)
        message = "the challenge's data cannot be opened just now, which is no fault of yours."
        raise DataUnavailable(Problem(message, "Nothing was counted. Send it again in a few minutes.")) from error


def _always() -> None:
    """No further condition."""


def submit(
    phase: Phase,
    team: Team,
    *,
    name: str,
    uploads: Sequence[Upload],
    client: Submission.Client,
    created_by: Any = None,
    baseline: str = "",
    accepted_rules: str = "",
    division: str = "",
    only_if: Callable[[], None] = _always,
) -> Submission:
    """Accept a submission and queue its evaluation.

    ``accepted_rules`` is the digest of the rules that the author accepted with this submission. Without a ``division``
    the submission enters the closed one. ``only_if`` is called in the transaction that records the submission, before
    anything is written, and may raise.

    Raises:
        PhaseClosed: the phase is not open.
        RulesNotAccepted: the author has not accepted the current rules.
        WrongTeam: the author or the team may not submit here.
        QuotaUsed: the team has used up its submissions; baselines have no limit.
        SubmissionError: the name or a file is at fault, or the author would store too many bytes.
    """
    clock = time.perf_counter()
    _open(phase, timezone.now(), is_baseline=bool(baseline))
    normalised = normalise_name(name)
    entered = _division(phase, division)
    if not baseline:
        small_enough(phase, team)
        _within_quota(phase, team)
    files, report = check_uploads(phase, uploads)
    if created_by is not None and not baseline:
        _accepts_rules(created_by, phase, accepted_rules)
    checked = time.perf_counter()
    for file in files:
        object_store().put(io.BytesIO(file.content))
    timings = {"check": checked - clock, "store": time.perf_counter() - checked}
    submission = Submission(
        phase=phase,
        team=team,
        created_by=created_by,
        name=normalised,
        division=entered,
        client=client,
        is_baseline=bool(baseline),
        baseline=baseline,
        check_report={**report.as_dict(), "lines": report.lines},
    )
    _record(submission, files, timings, only_if, accepted_rules)
    logger.info("submission accepted id=%s phase=%s team=%s client=%s", submission.pk, phase.pk, team.pk, client)
    return submission


def _open(phase: Phase, moment: datetime, *, is_baseline: bool) -> None:
    if is_baseline and dry_run_is_under_way(phase):
        # A dry run may submit before the phase starts, since participants cannot see the draft yet.
        return
    problem = closed_problem(phase, moment)
    if problem is not None:
        raise PhaseClosed(problem)


def closed_problem(phase: Phase, moment: datetime) -> Problem | None:
    """Why nobody can submit to a phase at this moment; None if one can."""
    if not phase.challenge.is_published:
        return Problem("this challenge takes no submissions.")
    state = phase.state_at(moment)
    if state == "upcoming":
        return Problem(f"the phase '{phase.name}' starts at {phase.starts_at:%Y-%m-%d %H:%M} UTC.")
    if state == "closed":
        return Problem(f"the phase '{phase.name}' ended at {phase.ends_at:%Y-%m-%d %H:%M} UTC.")
    return None


def _division(phase: Phase, asked: str) -> Division:
    if asked in ("", Division.CLOSED):
        return Division.CLOSED
    if asked == Division.OPEN and phase.open_division:
        return Division.OPEN
    raise SubmissionError(
        Problem("this phase has no such division.", "Leave it out, or choose 'closed'.", field="division")
    )


def _accepts_rules(user: Any, phase: Phase, accepted: str) -> None:
    if accepted != rules_sha256(phase) and not has_accepted(user, phase):
        raise RulesNotAccepted(
            Problem(
                "the rules of this challenge are not accepted yet, or have changed since.",
                "Read them and tick the box below them.",
                field="accept_rules",
            )
        )


def _within_quota(phase: Phase, team: Team) -> None:
    problem = quota(phase, team).problem
    if problem is not None:
        raise QuotaUsed(problem)


def _record(
    submission: Submission,
    files: list[Upload],
    timings: dict[str, float],
    only_if: Callable[[], None],
    accepted_rules: str,
) -> None:
    """Check everything again on the locked rows and record the submission: checking the files took a while."""
    actor = submission.created_by.get_username() if submission.created_by else submission.client
    with transaction.atomic():
        # Of two uploads of one team at the same time, the second waits here and then counts the first.
        lock_teams(submission.team)
        only_if()
        # Archiving and changing the phase lock these rows too: they wait for this submission, or it sees them.
        with locked(submission.phase.challenge) as challenge:
            submission.phase = locked_phase(submission.phase_id)
            submission.phase.challenge = challenge
            submission.created_at = timezone.now()
            _open(submission.phase, submission.created_at, is_baseline=submission.is_baseline)
            submission.division = _division(submission.phase, submission.division)
            if not submission.is_baseline:
                _enter(submission, accepted_rules, sum(len(file.content) for file in files))
            submission.quota_day = submission.created_at.astimezone(UTC).date()
            submission.save(force_insert=True)
            SubmissionFile.objects.bulk_create(
                SubmissionFile(submission=submission, name=file.name, sha256=file.sha256, size=len(file.content))
                for file in files
            )
            _still_stored(files)
            enqueue(submission, actor=actor, timings=timings)


def _enter(submission: Submission, accepted_rules: str, size: int) -> None:
    """Everything about the author and the team; call it under the locks of ``_record``."""
    if submission.created_by is not None:
        refuse_too_many_bytes(submission.created_by, size)
        enter(submission)
    _within_quota(submission.phase, submission.team)
    if submission.created_by is not None:
        _accepts_rules(submission.created_by, submission.phase, accepted_rules)
        take_part(submission.created_by, submission.phase, accepted=rules_sha256(submission.phase))


def _still_stored(files: list[Upload]) -> None:
    """Store files again that the sweep removed: the same bytes may have been stored, unused and old, before our put.

    Call this after the files are recorded. From then on the sweep waits for this transaction and checks again.
    """
    for file in files:
        if not object_store().exists(file.sha256):
            object_store().put(io.BytesIO(file.content))
