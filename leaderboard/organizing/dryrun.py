"""A dry run: submits a draft's baselines like ordinary submissions and, when they are scored, measures the data.

Each step is a job: one for each baseline, which makes and submits it, and one that measures at the end. What is still
to be done follows from the database, see ``proceed``; the maintenance of every worker calls it for each run.

A baseline is left out only if the data do not allow it. A fault of ours is tried again like that of any job, and in the
end the run fails: without a baseline, a dry run could miss a problem of the data.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from challenges.members.roles import may_organize, require
from challenges.models import Challenge, Phase, Readiness
from challenges.models.challenge import ChallengeStatus
from evaluators.problems import Problem, ProblemsError, SubmissionError
from evaluators.readiness import LeftOut, ReadinessReport
from evaluators.registry import BaselineInfo, baselines_for
from leaderboard.jobs.kinds import Done, JobKind, SubjectGone, Unavailable
from leaderboard.jobs.transitions import delete_jobs, enqueue_once
from leaderboard.models import Evaluation, Job, Lane, Submission, User
from leaderboard.models.statuses import ACTIVE, Status
from leaderboard.organizing.dryrun_work import make_baseline, measure
from leaderboard.storage.datasets import dataset_directory
from leaderboard.submissions.intake import DataUnavailable, PhaseClosed, submit
from leaderboard.teams.teams import baselines_team

ACTOR = "dry run"

BASELINE_BROKE = (
    "The baseline broke. The fault is ours, and we have the details in our log. Please start the check again."
)
CHECK_BROKE = "The readiness check broke. The fault is ours, and we have the details in our log. Please start it again."
IN_WORDS = {
    "timeout": "It took longer than ten minutes. Use fewer rows, or start the check again.",
    "memory": "It needed more memory than there is for one challenge. Use fewer rows.",
}
NOT_SCORED = "The baseline “{}” could not be scored. The fault is ours; please start the check again."
GONE = "The phase of this check is gone, or the challenge is no draft any more."
MAX_REASON = 500
MAX_PROBLEM = 300

logger = logging.getLogger(__name__)


class NotADraft(Exception):
    """A dry run is only for a draft, which participants cannot see yet; the problem may be shown."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class DryRunProgress:
    """Of ``total`` baselines, ``made`` are submitted and ``scored`` have a verdict."""

    made: int
    scored: int
    total: int

    @property
    def measuring(self) -> bool:
        return self.scored == self.total


def start(phase: Phase, *, by: User | None) -> Readiness:
    """Start a dry run of a draft's phase, or return the one that is already running.

    Submissions of an earlier dry run are deleted, since they may be based on other data.

    Raises:
        NotADraft: the challenge is or was published.
        PermissionDenied: ``by`` doesn't organize the challenge.
    """
    with transaction.atomic():
        challenge = Challenge.objects.select_for_update(no_key=True).get(pk=phase.challenge_id)
        require(may_organize, by, challenge)
        if challenge.status != ChallengeStatus.DRAFT:
            raise NotADraft(Problem("Only a draft is checked for readiness.", "Make a new round for other data."))
        running = Readiness.objects.filter(dataset_version=phase.dataset_version_id, state=Readiness.State.RUNNING)
        found = running.first()
        if found is not None:
            return found
        forget(challenge.phases.filter(dataset_version=phase.dataset_version_id).select_related("challenge"))
        run = Readiness.objects.create(dataset_version_id=phase.dataset_version_id)
        proceed(run)
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
        baselines = Submission.objects.filter(phase__in=unseen, is_baseline=True)
        delete_jobs(Job.objects.filter(evaluation__submission__in=baselines))
        baselines.delete()
        for phase in Phase.objects.filter(pk__in=unseen, submissions__isnull=True):
            phase.board_versions.all().delete()


def progress(run: Readiness) -> DryRunProgress:
    """The progress of a run; three queries."""
    phase = _phase(run)
    if phase is None:
        return DryRunProgress(0, 0, 0)
    total = len(_wanted(run))
    made = _baselines(phase).count()
    scored = _baselines(phase).exclude(evaluation__job__status__in=ACTIVE).count()
    return DryRunProgress(min(made, total), min(scored, total), total)


def drive() -> None:
    """Queue what running dry runs still need."""
    for run in Readiness.objects.filter(state=Readiness.State.RUNNING):
        try:
            with transaction.atomic():
                locked = Readiness.objects.select_for_update(of=("self",)).select_related("dataset_version__challenge")
                proceed(locked.get(pk=run.pk))
        except Exception:
            # One run must not stop the others; the next round tries again.
            logger.exception("dry run not continued readiness=%s", run.pk)


def proceed(run: Readiness) -> None:
    """Queue the jobs for the missing baselines or, when all are scored, the one that measures. Call it under a lock."""
    if run.state != Readiness.State.RUNNING or Job.objects.active().filter(subject__startswith=_subject(run)).exists():
        return
    phase = _phase(run)
    if phase is None:
        _end(run, GONE)
        return
    missing = _missing(run, phase)
    for info in missing:
        _enqueue(run, phase, MAKE_BASELINE.name, info.name)
    if not missing and not _baselines(phase).filter(evaluation__job__status__in=ACTIVE).exists():
        _enqueue(run, phase, MEASURE_READINESS.name, "measure")


def _subject(run: Readiness) -> str:
    return f"dry-run:{run.pk}:"


def _enqueue(run: Readiness, phase: Phase, kind: str, name: str) -> None:
    enqueue_once(
        kind=kind,
        lane=Lane.SCORING,
        subject=f"{_subject(run)}{name}",
        actor=ACTOR,
        payload={"readiness": run.pk, "name": name},
        challenge_id=phase.challenge_id,
    )


def make(job: Job) -> Done:
    """Make one baseline in the sandbox and submit it; or note why the data do not allow it."""
    run, phase = _run_and_phase(job)
    info = next((info for info in _missing(run, phase) if info.name == job.payload["name"]), None)
    if info is None:
        # An earlier attempt got this far.
        return Done()
    # Outside of the ``try`` below: an error here is a fault of this host and says nothing about the baseline.
    dataset = dataset_directory(run.dataset_version)
    try:
        files = make_baseline(dataset, info)
    except ProblemsError as error:
        return _left_out_for(run, info, error)
    try:
        submit(
            phase,
            baselines_team(),
            name=info.title,
            uploads=files,
            client=Submission.Client.BASELINE,
            baseline=info.name,
            only_if=partial(_still_wanted, job, run, phase),
        )
    except PhaseClosed as error:
        raise SubjectGone(GONE) from error
    except DataUnavailable:
        # A subclass of SubmissionError, but the fault is this host's and not the baseline's.
        raise
    except SubmissionError as error:
        return _left_out_for(run, info, error)
    except IntegrityError:
        # A worker whose lease was lost has submitted it all the same, which is just as good.
        logger.info("baseline is there readiness=%s baseline=%s", run.pk, info.name)
    return Done()


def _still_wanted(job: Job, run: Readiness, phase: Phase) -> None:
    """Check that the baseline belongs to the phase as it is now; making it took a while.

    Raises:
        SubjectGone: the run or this job is over, the phase has other data, or the challenge is published.
    """
    Challenge.objects.select_for_update(no_key=True).get(pk=phase.challenge_id)
    current, there = Readiness.objects.filter(pk=run.pk).first(), _phase(run)
    is_mine = Job.objects.filter(pk=job.pk, status=Status.RUNNING, attempt=job.attempt).exists()
    if current is None or current.state != Readiness.State.RUNNING or there != phase or not is_mine:
        raise SubjectGone(GONE)


def _left_out_for(run: Readiness, info: BaselineInfo, error: ProblemsError) -> Done:
    logger.warning("data allow no baseline readiness=%s baseline=%s error=%s", run.pk, info.name, error)
    return Done(partial(_leave_out, run.pk, info.name, _reason(str(error))))


def measure_all(job: Job) -> Done:
    """Measure the data, now that every baseline has a verdict."""
    run, phase = _run_and_phase(job)
    scored, refused, lost = _verdicts(run, phase)
    if lost:
        return Done(partial(_end, run, NOT_SCORED.format(lost[0])))
    report = measure(phase, scored)
    return Done(partial(_record, run, report, refused))


def _record(run: Readiness, report: ReadinessReport, refused: dict[str, str]) -> None:
    whole = report.model_copy(update={"left_out": _with_titles(run, _left_out(run) | refused)})
    Readiness.objects.filter(pk=run.pk, state=Readiness.State.RUNNING).update(
        state=Readiness.State.DONE, report=whole.model_dump(mode="json"), finished_at=timezone.now()
    )


def _leave_out(run_id: int, name: str, reason: str) -> None:
    # Two baselines may be left out at the same time.
    run = Readiness.objects.select_for_update(of=("self",)).get(pk=run_id)
    Readiness.objects.filter(pk=run_id).update(report={**run.report, "left_out": _left_out(run) | {name: reason}})


def _without_result(job: Job, status: Status) -> None:
    """A step did not come to its end, so the run fails."""
    run = Readiness.objects.select_related("dataset_version__challenge").filter(pk=job.payload["readiness"]).first()
    if run is None:
        return
    message = Job.objects.values_list("message", flat=True).get(pk=job.pk) or GONE
    titles = {info.name: info.title for info in baselines_for(run.dataset_version.spec)}
    title = titles.get(job.payload["name"])
    _end(run, f"“{title}”: {message}" if title and status != Status.CANCELLED else message)


def _end(run: Readiness, problem: str) -> None:
    Readiness.objects.filter(pk=run.pk, state=Readiness.State.RUNNING).update(
        state=Readiness.State.BROKEN, problem=problem[:MAX_PROBLEM], finished_at=timezone.now()
    )


MAKE_BASELINE = JobKind("make-baseline", make, BASELINE_BROKE, IN_WORDS, ended=_without_result)
MEASURE_READINESS = JobKind("measure-readiness", measure_all, CHECK_BROKE, IN_WORDS, ended=_without_result)


def _run_and_phase(job: Job) -> tuple[Readiness, Phase]:
    run = Readiness.objects.select_related("dataset_version__challenge").filter(pk=job.payload["readiness"]).first()
    phase = _phase(run) if run is not None and run.state == Readiness.State.RUNNING else None
    if run is None or phase is None:
        raise SubjectGone(GONE)
    return run, phase


def _phase(run: Readiness) -> Phase | None:
    """The first phase on the run's data; None if there isn't one or its challenge is no longer a draft."""
    phases = Phase.objects.filter(
        dataset_version=run.dataset_version_id, challenge__status=ChallengeStatus.DRAFT
    ).select_related("challenge", "dataset_version")
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


def _baselines(phase: Phase) -> QuerySet[Submission]:
    return Submission.objects.filter(phase=phase, is_baseline=True)


def _missing(run: Readiness, phase: Phase) -> list[BaselineInfo]:
    there = set(_baselines(phase).values_list("baseline", flat=True))
    return [info for info in _wanted(run) if info.name not in there]


def _verdicts(run: Readiness, phase: Phase) -> tuple[list[Evaluation], dict[str, str], list[str]]:
    """The scored baselines; why others were refused, which says something about the data; and the names of those that
    have no verdict on these data, through a fault of ours.

    Raises:
        Unavailable: one is being scored again.
    """
    scored: list[Evaluation] = []
    refused: dict[str, str] = {}
    lost: list[str] = []
    for submission in _baselines(phase).select_related("evaluation__job"):
        evaluation = submission.evaluation
        without_verdict = (Status.ERRORED, Status.CANCELLED)
        on_these_data = evaluation is not None and evaluation.dataset_version_id == run.dataset_version_id
        if evaluation is None or not on_these_data or evaluation.status in without_verdict:
            lost.append(submission.name)
        elif evaluation.is_active:
            raise Unavailable("a baseline is being scored again")
        elif evaluation.status == Status.SUCCEEDED:
            evaluation.submission = submission
            scored.append(evaluation)
        else:
            refused[submission.baseline] = _reason(evaluation.message)
    return scored, refused, lost


def _reason(text: str) -> str:
    """The first of the problems, cut to the length that is shown."""
    return text.partition("\n")[0][:MAX_REASON]
