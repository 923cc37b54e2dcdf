"""Whether a challenge may be published: what its dry run found, and which warnings were acknowledged.

``evaluators.readiness`` produces the findings; ``leaderboard.organizing.dryrun`` runs the dry run. This module decides.
Data is refused if it was not measured, has changed since, has a blocker, or if a baseline that it allows has no score.
Data with warnings can be published once an organizer has acknowledged them; the acknowledgement stays on record with
the report.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from challenges.members.locking import locked
from challenges.members.roles import may_organize, require
from challenges.models import Acknowledgement, DatasetVersion, Phase, Readiness
from challenges.models.challenge import ChallengeStatus
from evaluators.problems import Problem
from evaluators.readiness import Finding, ReadinessReport
from evaluators.registry import BaselineInfo, baselines_for

START = "Start the readiness check."
AGAIN = "Start the readiness check again."


def newest_run(version: DatasetVersion) -> Readiness | None:
    """The newest dry run of a version, whatever its outcome: an older one may have scored other baselines."""
    return version.readiness_runs.first()


def dry_run_is_under_way(phase: Phase) -> bool:
    """Whether a dry run of this draft's data is running."""
    if phase.challenge.status != ChallengeStatus.DRAFT:
        return False
    return phase.dataset_version.readiness_runs.filter(state=Readiness.State.RUNNING).exists()


def report_of(run: Readiness) -> ReadinessReport | None:
    """The report of a dry run; None unless it is done."""
    if run.state != Readiness.State.DONE:
        return None
    return ReadinessReport.model_validate(run.report)


def unready(phases: Iterable[Phase]) -> list[Problem]:
    """What is left to do, according to the dry runs of these phases' data, before they may be published."""
    problems: list[Problem] = []
    for phase in phases:
        problems += _of_phase(phase)
    # Several phases may use the same data.
    return list(dict.fromkeys(problems))


def unscored(report: ReadinessReport, version: DatasetVersion) -> list[BaselineInfo]:
    """The baselines that this data allows but that have no score.

    Without them nobody knows how noisy the challenge is, or whether there is anything to gain.
    """
    known = {item.name for item in report.baselines} | {item.name for item in report.left_out}
    return [info for info in baselines_for(version.spec) if info.name not in known]


def unacknowledged(run: Readiness, report: ReadinessReport) -> list[Finding]:
    """The warnings that nobody has acknowledged yet."""
    known = set(run.acknowledgements.values_list("code", flat=True))
    return [finding for finding in report.of("warning") if finding.code not in known]


def acknowledge(run: Readiness, codes: Collection[str], user: Any) -> None:
    """Record that ``user`` read these warnings of a report. Codes that the report does not have are ignored.

    If somebody acknowledged a warning before, their record stays.

    Raises:
        PermissionDenied: ``user`` doesn't organize the challenge.
    """
    report = report_of(run)
    found = {finding.code for finding in report.of("warning")} if report is not None else set()
    with locked(run.dataset_version.challenge) as challenge:
        require(may_organize, user, challenge)
        Acknowledgement.objects.bulk_create(
            [Acknowledgement(readiness=run, code=code, user=user) for code in sorted(found & set(codes))],
            ignore_conflicts=True,
        )


def _of_phase(phase: Phase) -> Iterator[Problem]:
    run = newest_run(phase.dataset_version)
    if run is None:
        yield Problem("The data have not been checked for readiness.", START)
        return
    if run.state == Readiness.State.RUNNING:
        yield Problem("The readiness check is still running.", "Wait for it to end.")
        return
    report = report_of(run)
    if report is None:
        yield Problem("The readiness check did not come to its end.", AGAIN)
        return
    if not _is_of_these_data(report, phase):
        yield Problem("The readiness check was of other data than those of the challenge.", START)
        return
    lacking = unscored(report, phase.dataset_version)
    if lacking:
        named = ", ".join(info.title for info in lacking)
        yield Problem(f"The readiness check has no score of these baselines: {named}.", AGAIN)
    for finding in report.of("blocker"):
        yield Problem(f"{_placed(finding)}: {finding.measured}.", finding.remedy)
    for finding in unacknowledged(run, report):
        yield Problem(
            f"Nobody has taken note of a warning: {_placed(finding)}.", "Read it, and tick its box or mend the data."
        )


def _is_of_these_data(report: ReadinessReport, phase: Phase) -> bool:
    final = phase.final_dataset_version
    return report.dataset == phase.dataset_version.digest and (final is None or report.final == final.digest)


def _placed(finding: Finding) -> str:
    return f"{finding.title} ({finding.where})" if finding.where else finding.title
