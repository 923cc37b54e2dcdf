"""What the readiness page shows: one check for each version of the data that the challenge's phases use."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.models import Acknowledgement, Challenge, Phase, Readiness
from challenges.publishing.readiness import newest_run, report_of, unscored
from evaluators.readiness import Finding, Overlap, ReadinessReport
from evaluators.registry import METRICS
from frontend.plots.distances import DistancePlot, distance_plot
from frontend.plots.intervals import Interval, IntervalPlot, interval_plot
from leaderboard.organizing.dryrun import DryRunProgress, progress

BADGES = {"blocker": "bad", "warning": "warn", "note": "line"}


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """``key`` is the value of its checkbox; ``acknowledged`` is who ticked it, and when."""

    finding: Finding
    badge: str
    key: str
    acknowledged: Acknowledgement | None
    first: bool
    """Only the first of several findings with the same code has the checkbox."""


@dataclass(frozen=True, slots=True)
class ShownOverlap:
    overlap: Overlap
    plot: DistancePlot


@dataclass(frozen=True, slots=True)
class Check:
    """The newest dry run on the data of ``phase``; ``run`` is None if there was none.

    ``unscored`` has the titles of baselines that have no score because of a fault of ours.
    """

    phase: Phase
    run: Readiness | None
    progress: DryRunProgress | None
    report: ReadinessReport | None
    findings: list[ShownFinding]
    scores: IntervalPlot | None
    overlaps: list[ShownOverlap]
    facts: list[tuple[str, str]]
    unscored: list[str]

    @property
    def state(self) -> str:
        return self.run.state if self.run is not None else ""

    @property
    def is_blocked(self) -> bool:
        return bool(self.unscored) or any(item.finding.severity == "blocker" for item in self.findings)


def checks_of(challenge: Challenge) -> list[Check]:
    """One check for each version of the data, in the order in which phases first use them."""
    phases = challenge.phases.select_related("dataset_version__challenge", "challenge").order_by("starts_at", "pk")
    first: dict[int, Phase] = {}
    for phase in phases:
        first.setdefault(phase.dataset_version_id, phase)
    return [_check(phase) for phase in first.values()]


def _check(phase: Phase) -> Check:
    run = newest_run(phase.dataset_version)
    report = report_of(run) if run is not None else None
    return Check(
        phase=phase,
        run=run,
        progress=progress(run) if run is not None and run.state == Readiness.State.RUNNING else None,
        report=report,
        findings=_findings(run, report) if run is not None and report is not None else [],
        scores=_scores(report) if report is not None else None,
        overlaps=_overlaps(report) if report is not None else [],
        facts=_facts(report) if report is not None else [],
        unscored=[info.title for info in unscored(report, phase.dataset_version)] if report is not None else [],
    )


def _findings(run: Readiness, report: ReadinessReport) -> list[ShownFinding]:
    known = {item.code: item for item in run.acknowledgements.select_related("user")}
    shown: list[ShownFinding] = []
    for finding in report.findings:
        first = all(item.finding.code != finding.code for item in shown)
        key = f"{run.pk}:{finding.code}"
        shown.append(ShownFinding(finding, BADGES[finding.severity], key, known.get(finding.code), first))
    return shown


def _scores(report: ReadinessReport) -> IntervalPlot | None:
    sign = -1 if report.direction == "maximize" else 1
    ordered = sorted(report.baselines, key=lambda item: sign * item.value)
    lines = [
        Interval(
            item.title, item.value, item.low, item.high, item.seeds if len(item.seeds) > 1 else (), item.uninformed
        )
        for item in ordered
    ]
    ceiling = report.noise.ceiling if report.noise is not None else None
    return interval_plot(lines, limit=ceiling, limit_label="all data")


def _overlaps(report: ReadinessReport) -> list[ShownOverlap]:
    found = []
    for overlap in report.overlaps:
        plot = distance_plot(overlap.edges, overlap.to_right, overlap.own, limit=overlap.threshold)
        if plot is not None:
            found.append(ShownOverlap(overlap, plot))
    return found


def _facts(report: ReadinessReport) -> list[tuple[str, str]]:
    """The most informative numbers of a report."""
    facts = [("Metric", METRICS[report.metric].title if report.metric in METRICS else report.metric)]
    noise = report.noise
    if noise is not None:
        facts.append(("Noise: smaller differences are luck", f"{noise.resolvable:.4f}"))
        if noise.headroom is not None:
            facts.append(("Headroom above random", f"{noise.headroom:.4f}"))
        facts.append(("Spread over seeds", f"{noise.seed_spread:.4f}"))
        facts.append(("Error of the test rows", f"{noise.test_error:.4f}"))
    facts += [
        (f"Test rows of {task.title}", f"{task.test_rows:,} (resolve {task.smallest_difference:.3f})")
        for task in report.tasks[:4]
    ]
    return facts + [(fact.title, fact.text) for fact in report.own_facts]
