from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from challenges.admin import ReadOnlyAdmin, ReadOnlyInline
from leaderboard.admin.badges import status_badge
from leaderboard.evaluations.queueing import cancel, score_again
from leaderboard.jobs.transitions import NotPossible
from leaderboard.models import Evaluation, Submission, SubmissionFile
from leaderboard.organizing.takedown import take_down_name


class FileInline(ReadOnlyInline):
    model = SubmissionFile
    fields = ("name", "size", "sha256")
    show_change_link = False


class EvaluationInline(ReadOnlyInline):
    model = Evaluation
    fields = ("status", "score", "attempt", "queued_at", "finished_at", "message")
    readonly_fields = ("status", "attempt", "queued_at", "finished_at", "message")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("result")


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """Shows submissions, which are evidence; its actions score again, cancel, and remove a name that may not stay."""

    list_display = ("name", "team", "challenge", "badge", "score", "is_baseline", "client", "refunded", "created_at")
    list_filter = ("evaluation__job__status", "phase__challenge", "is_baseline", "client", "refunded")
    search_fields = ("name", "team__name", "id", "created_by__username")
    date_hierarchy = "created_at"
    inlines = (EvaluationInline, FileInline)
    actions = ("score_again", "cancel", "take_down_name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        return (
            super()
            .get_queryset(request)
            .select_related("team", "phase__challenge", "evaluation__job", "created_by")
            .defer("evaluation__result")
        )

    @admin.display(description="challenge", ordering="phase__challenge__title")
    def challenge(self, submission: Submission) -> str:
        return submission.phase.challenge.title

    @admin.display(description="status", ordering="evaluation__job__status")
    def badge(self, submission: Submission) -> SafeString | str:
        return status_badge(submission.evaluation.status) if submission.evaluation else "–"

    @admin.display(ordering="evaluation__score")
    def score(self, submission: Submission) -> float | None:
        return submission.evaluation.score if submission.evaluation else None

    @admin.action(description="Score again", permissions=["change"])
    def score_again(self, request: HttpRequest, submissions: QuerySet[Submission]) -> None:
        done = 0
        for submission in submissions:
            try:
                score_again(submission, by=request.user)
            except NotPossible as error:
                self.message_user(request, str(error), messages.WARNING)
            else:
                done += 1
        self.message_user(request, f"{done} queued to be scored again.", messages.SUCCESS)

    @admin.action(description="Cancel, if still waiting", permissions=["change"])
    def cancel(self, request: HttpRequest, submissions: QuerySet[Submission]) -> None:
        actor = request.user.get_username()
        evaluations = [submission.evaluation for submission in submissions if submission.evaluation is not None]
        done = sum(cancel(evaluation, actor=actor) for evaluation in evaluations)
        self.message_user(request, f"{done} cancelled.", messages.SUCCESS)

    @admin.action(description="Remove the name for good", permissions=["change"])
    def take_down_name(self, request: HttpRequest, submissions: QuerySet[Submission]) -> None:
        done = sum(take_down_name(submission, by=request.user) for submission in submissions)
        self.message_user(request, f"{done} removed.", messages.SUCCESS)
