"""Evaluations, drafts and their histories get their jobs. What was under way is queued again."""

from __future__ import annotations

from django.db import migrations

BATCH = 500
INTERACTIVE, SCORING, BACKGROUND = 1, 2, 3
STATUSES = {"waiting": "queued", "running": "queued", "refused": "failed", "broken": "errored"}
"""Of a draft's work, as jobs call them."""

ACTOR, REASON = "upgrade", "the site was upgraded"
OURS = "The work broke off. The fault is ours, and we have the details in our log; your files and answers are safe."


def add_jobs(apps, schema_editor):
    _of_evaluations(*(apps.get_model("leaderboard", name) for name in ("Evaluation", "Job", "StatusChange")))
    _of_drafts(
        apps.get_model("challenges", "Draft"),
        *(apps.get_model("leaderboard", name) for name in ("Job", "StatusChange")),
    )


def _of_evaluations(evaluations, jobs, changes):
    without = evaluations.objects.filter(job=None).order_by("pk").select_related("submission__phase").defer("result")
    while batch := list(without[:BATCH]):
        made = jobs.objects.bulk_create([_job(jobs, evaluation) for evaluation in batch])
        for evaluation, job in zip(batch, made, strict=True):
            evaluation.job = job
            changes.objects.filter(evaluation=evaluation).update(job=job)
            if evaluation.status == "running":
                changes.objects.create(
                    evaluation=evaluation,
                    job=job,
                    from_status="running",
                    to_status="queued",
                    attempt=evaluation.attempt,
                    actor=ACTOR,
                    reason=REASON,
                )
        evaluations.objects.bulk_update(batch, ["job"])


def _job(jobs, evaluation):
    running = evaluation.status == "running"
    return jobs(
        kind="evaluation",
        lane=BACKGROUND if evaluation.background else SCORING,
        subject=f"submission:{evaluation.submission_id}",
        challenge_id=evaluation.submission.phase.challenge_id,
        team_id=evaluation.submission.team_id,
        # Nobody watches the background: the scores on hidden data are not known before they are shown.
        asked_by_id=None if evaluation.background else evaluation.submission.created_by_id,
        status="queued" if running else evaluation.status,
        attempt=evaluation.attempt,
        faults=evaluation.faults,
        queued_at=evaluation.queued_at,
        started_at=None if running else evaluation.started_at,
        finished_at=evaluation.finished_at,
        message=evaluation.message,
        problems=evaluation.problems,
    )


def _of_drafts(drafts, jobs, changes):
    """A draft that is done needs no job; one that failed keeps its problems."""
    for draft in drafts.objects.exclude(work="").filter(work_state__in=STATUSES):
        status = STATUSES[draft.work_state]
        job = jobs.objects.create(
            kind="describe-files" if draft.work == "describe" else "build-data",
            lane=INTERACTIVE,
            subject=f"draft:{draft.pk}",
            payload={"draft": draft.pk},
            challenge_id=draft.challenge_id,
            status=status,
            problems=draft.problems if status == "failed" else [],
            message=_message(draft, status),
            **({"queued_at": draft.work_at} if draft.work_at is not None else {}),
            **({"finished_at": draft.work_at} if status != "queued" else {}),
        )
        changes.objects.create(job=job, from_status="", to_status=status, attempt=0, actor=ACTOR, reason=REASON)
    drafts.objects.exclude(work_state__in=("waiting", "running")).update(work="")


def _message(draft, status):
    told = [f"{problem.get('message', '')} {problem.get('remedy') or ''}".strip() for problem in draft.problems]
    return "" if status == "queued" else "\n".join(told) or OURS


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0011_jobs")]
    # The fields of drafts that this reads are removed there.
    run_before = [("challenges", "0009_drafts_have_jobs")]

    operations = [migrations.RunPython(add_jobs)]
