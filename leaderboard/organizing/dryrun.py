"""A dry run: submits a draft's baselines like ordinary submissions and, when they are scored, measures the data.

Its state is in the database: the run's row, the baselines' submissions and their evaluations. A worker that is notified
of a run does the next step that is not done yet. So a worker that dies, or a lost message, costs only time. The
maintenance of every worker notifies one of runs that can continue (``drive``).

A baseline is left out only if the data do not allow it. After a fault of ours the step is retried, and in the end the
run fails: without a baseline, a dry run could miss a problem of the data.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from challenges.models import Challenge, Phase, Readiness
from challenges.models.challenge import ChallengeStatus
from evaluators import sandbox
from evaluators.problems import Problem, ProblemsError, SubmissionError
from evaluators.readiness import LeftOut, ReadinessReport
from evaluators.registry import BaselineInfo, baselines_for
from leaderboard.evaluations.attempt import DETERMINISTIC
from leaderboard.jobs.messages import notify_worker_of_readiness
from leaderboard.jobs.transitions import MAX_FAULTS
from leaderboard.models import Evaluation, Submission
from leaderboard.models.statuses import ACTIVE, Status
from leaderboard.organizing.dryrun_work import NotMade, make_baselines, measure
from leaderboard.submissions.intake import DataUnavailable, PhaseClosed, submit
from leaderboard.teams.teams import baselines_team

LOST = timedelta(minutes=13)
"""After this time no worker can still be working on it: one command at its time limit, plus copying. Each command
renews the claim.
"""

BROKE = "{} broke. The fault is ours, and we have the details in our log. Please start the check again."
IN_WORDS = {
    "timeout": "{} took longer than ten minutes. Use fewer rows, or start the check again.",
    "memory": "{} needed more memory than there is for one challenge. Use fewer rows.",
}
CHECK = "The readiness check"
BASELINE = "The baseline “{}”"
NOT_SCORED = "The baseline “{}” could not be scored. The fault is ours; please start the check again."
MAX_REASON = 500
GONE = "The phase of this check is gone, or the challenge is no draft any more."

logger = logging.getLogger(__name__)


class NotADraft(Exception):
    """A dry run is only for a draft, which participants cannot see yet; the problem may be shown."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Broken(Exception):
    """The run fails; the text is for its organizer."""


class _TakenOver(Exception):
    """Another worker has taken over the run; what this worker found must not be written."""


@dataclass(slots=True)
class _Claim:
    """The right to work on a run: valid as long as the run's ``work_at`` equals ``at``."""

    run_id: int
    at: datetime

    def renew(self) -> None:
        now = timezone.now()
        self.write(work_at=now)
        self.at = now

    def write(self, **values: object) -> None:
        mine = Readiness.objects.filter(pk=self.run_id, state=Readiness.State.RUNNING, work_at=self.at)
        if not mine.update(**values):
            raise _TakenOver

    def put_back(self, report: dict[str, Any]) -> None:
        """Let any worker retry the step at a later maintenance round. Not at once, since what was missing may still be
        missing.
        """
        self.write(work_at=None, notified_at=timezone.now(), report=report)

    def end(self, problem: str) -> None:
        self.write(state=Readiness.State.BROKEN, problem=problem, finished_at=timezone.now())


@dataclass(frozen=True, slots=True)
class DryRunProgress:
    """``scored`` of ``total`` baselines have a verdict; ``measuring`` means that all have one."""

    scored: int
    total: int

    @property
    def measuring(self) -> bool:
        return self.scored == self.total


def start(phase: Phase) -> Readiness:
    """Start a dry run of a draft's phase, or return the one that is already running.

    Submissions of an earlier dry run are deleted, since they may be based on other data.

    Raises:
        NotADraft: the challenge is or was published.
    """
    with transaction.atomic():
        challenge = Challenge.objects.select_for_update(no_key=True).get(pk=phase.challenge_id)
        if challenge.status != ChallengeStatus.DRAFT:
            raise NotADraft(Problem("Only a draft is checked for readiness.", "Make a new round for other data."))
        running = Readiness.objects.filter(dataset_version=phase.dataset_version_id, state=Readiness.State.RUNNING)
        found = running.first()
        if found is not None:
            return found
        forget(challenge.phases.filter(dataset_version=phase.dataset_version_id).select_related("challenge"))
        run = Readiness.objects.create(dataset_version_id=phase.dataset_version_id, notified_at=timezone.now())
        transaction.on_commit(lambda: notify_worker_of_readiness(run.pk))
    return run


def forget(phases: Iterable[Phase]) -> None:
    """Delete the submissions and boards that dry runs created for phases of a draft; no participant has seen them.

    Whether the challenge is still a draft is checked under the same lock that publishing takes.
    """
    with transaction.atomic():
        wanted = list(phases)
        drafts = set(
            Challenge.objects.select_for_update(no_key=True)
            .filter(pk__in={phase.challenge_id for phase in wanted}, status=ChallengeStatus.DRAFT)
            .values_list("pk", flat=True)
        )
        unseen = [phase.pk for phase in wanted if phase.challenge_id in drafts]
        Submission.objects.filter(phase__in=unseen, is_baseline=True).delete()
        for phase in Phase.objects.filter(pk__in=unseen, submissions__isnull=True):
            phase.board_versions.all().delete()


def progress(run: Readiness) -> DryRunProgress:
    """The progress of a run; two queries."""
    phase = _phase(run)
    if phase is None:
        return DryRunProgress(0, 0)
    wanted = _wanted(run)
    done = Submission.objects.filter(phase=phase, is_baseline=True).exclude(evaluation__status__in=ACTIVE)
    return DryRunProgress(min(done.count(), len(wanted)), len(wanted))


def perform(readiness_id: int) -> None:
    """Do the next step of a run; nothing if there is none or another worker has claimed it."""
    if not sandbox.availability().ok:
        # The run keeps waiting; maintenance notifies a worker again.
        return
    claimed = timezone.now()
    free = Q(work_at=None) | Q(work_at__lt=claimed - LOST)
    if not Readiness.objects.filter(free, pk=readiness_id, state=Readiness.State.RUNNING).update(work_at=claimed):
        return
    claim = _Claim(readiness_id, claimed)
    try:
        _try(claim)
    except _TakenOver:
        logger.warning("dry run was taken over readiness=%s", readiness_id)


def _try(claim: _Claim) -> None:
    run = Readiness.objects.select_related("dataset_version__challenge").get(pk=claim.run_id)
    try:
        report = _step(run, claim)
    except _Broken as error:
        claim.end(str(error))
    except sandbox.SandboxUnavailable as error:
        logger.warning("dry run put back, no sandbox readiness=%s reason=%s", run.pk, error)
        claim.put_back(run.report)
    except NotMade as error:
        _fault(run, claim, error.reason, BASELINE.format(error.info.title))
    except sandbox.WorkFailed as error:
        _fault(run, claim, error.reason, CHECK)
    except _TakenOver:
        raise
    except Exception:
        _fault(run, claim, "", CHECK)
    else:
        if report is None:
            # Clear ``notified_at``, so that a worker is notified as soon as the last baseline is scored.
            claim.write(work_at=None, notified_at=None, report={"left_out": _left_out(run)})
            return
        content = report.model_dump(mode="json")
        claim.write(state=Readiness.State.DONE, report=content, finished_at=timezone.now())


def _fault(run: Readiness, claim: _Claim, reason: str, what: str) -> None:
    """A step was lost through a fault of ours: retry it as often as an evaluation, then fail the run."""
    faults = run.report.get("faults", 0) + 1
    logger.exception("dry run broke readiness=%s reason=%s faults=%s", run.pk, reason or "exception", faults)
    if faults < (2 if reason in DETERMINISTIC else MAX_FAULTS):
        claim.put_back({**run.report, "faults": faults})
    else:
        claim.end(IN_WORDS.get(reason, BROKE).format(what))


def drive(now: datetime | None = None) -> None:
    """Notify a worker of runs that can continue and that no worker has claimed."""
    moment = now or timezone.now()
    for run in Readiness.objects.filter(state=Readiness.State.RUNNING).select_related("dataset_version__challenge"):
        if run.work_at is not None and run.work_at > moment - LOST:
            continue
        if run.notified_at is not None and run.notified_at > moment - settings.LEASE:
            continue
        if not _can_go_on(run):
            continue
        # Several workers may get here; only the one that changes the date sends the message.
        if Readiness.objects.filter(pk=run.pk, notified_at=run.notified_at).update(notified_at=moment):
            notify_worker_of_readiness(run.pk)


def _can_go_on(run: Readiness) -> bool:
    phase = _phase(run)
    return phase is None or bool(_missing(run, phase)) or not _under_way(phase)


def _step(run: Readiness, claim: _Claim) -> ReadinessReport | None:
    """Submit missing baselines, or measure if all are scored; None while scores are missing."""
    phase = _phase(run)
    if phase is None:
        raise _Broken(GONE)
    missing = _missing(run, phase)
    if missing:
        _submit(run, phase, missing, claim)
        return None
    if _under_way(phase):
        return None
    scored, refused = _verdicts(phase)
    claim.renew()
    report = measure(phase, scored)
    return report.model_copy(update={"left_out": _with_titles(run, _left_out(run) | refused)})


def _phase(run: Readiness) -> Phase | None:
    """The first phase on the run's data; None if there isn't one or its challenge is no longer a draft."""
    phases = Phase.objects.filter(
        dataset_version=run.dataset_version_id, challenge__status=ChallengeStatus.DRAFT
    ).select_related("challenge", "dataset_version", "final_dataset_version")
    return phases.order_by("starts_at", "pk").first()


def _wanted(run: Readiness) -> list[BaselineInfo]:
    """All baselines for these data, except those left out."""
    left_out = _left_out(run)
    return [info for info in baselines_for(run.dataset_version.spec) if info.name not in left_out]


def _left_out(run: Readiness) -> dict[str, str]:
    """Baseline → why the data do not allow it."""
    known = run.report.get("left_out")
    # A list comes from a run that began before reasons were saved; its baselines may have failed through our fault.
    return dict(known) if isinstance(known, dict) else {}


def _with_titles(run: Readiness, left_out: dict[str, str]) -> list[LeftOut]:
    return [
        LeftOut(name=info.name, title=info.title, reason=left_out[info.name])
        for info in baselines_for(run.dataset_version.spec)
        if info.name in left_out
    ]


def _missing(run: Readiness, phase: Phase) -> list[BaselineInfo]:
    there = set(Submission.objects.filter(phase=phase, is_baseline=True).values_list("baseline", flat=True))
    return [info for info in _wanted(run) if info.name not in there]


def _under_way(phase: Phase) -> bool:
    return Submission.objects.filter(phase=phase, is_baseline=True, evaluation__status__in=ACTIVE).exists()


def _submit(run: Readiness, phase: Phase, missing: list[BaselineInfo], claim: _Claim) -> None:
    """Make and submit missing baselines; if the data do not allow one, note the reason in ``run.report``."""
    left_out = _left_out(run)
    run.report = {**run.report, "left_out": left_out}
    for info, made in make_baselines(run.dataset_version, missing, before_each=claim.renew):
        if isinstance(made, ProblemsError):
            left_out[info.name] = _reason(str(made))
            continue
        try:
            submit(
                phase,
                baselines_team(),
                name=info.title,
                uploads=made,
                client=Submission.Client.BASELINE,
                baseline=info.name,
            )
        except PhaseClosed as error:
            raise _Broken(GONE) from error
        except DataUnavailable:
            # A subclass of SubmissionError, but the fault is this host's and not the baseline's.
            raise
        except SubmissionError as error:
            logger.warning("baseline refused readiness=%s baseline=%s error=%s", run.pk, info.name, error)
            left_out[info.name] = _reason(str(error))
        except IntegrityError:
            # Another worker has already submitted this baseline, which is just as good.
            logger.info("baseline is there readiness=%s baseline=%s", run.pk, info.name)


def _verdicts(phase: Phase) -> tuple[list[Evaluation], dict[str, str]]:
    """The scored baselines, and why others were refused: a refusal says something about the data, so it is reported.

    Raises:
        _Broken: a baseline has no verdict, through a fault of ours.
    """
    scored, refused = [], {}
    for submission in Submission.objects.filter(phase=phase, is_baseline=True).select_related("evaluation"):
        evaluation = submission.evaluation
        if evaluation is None or evaluation.status in (Status.ERRORED, Status.CANCELLED):
            raise _Broken(NOT_SCORED.format(submission.name))
        if evaluation.status == Status.SUCCEEDED:
            evaluation.submission = submission
            scored.append(evaluation)
        else:
            refused[submission.baseline] = _reason(evaluation.message)
    return scored, refused


def _reason(text: str) -> str:
    """The first of the problems, cut to the length that is shown."""
    return text.partition("\n")[0][:MAX_REASON]
