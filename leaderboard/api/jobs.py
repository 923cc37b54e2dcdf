"""Watching work that takes longer than a request, such as the check of a bundle."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from leaderboard.api.queries import View
from leaderboard.api.serializers import ProblemSerializer
from leaderboard.jobs.waiting import waiting_of
from leaderboard.models import Job, Lane
from leaderboard.models.statuses import Status

TO_THE_SECOND = "%Y-%m-%dT%H:%M:%SZ"
"""Two exact moments of an evaluation would be an exact duration, see ``evaluations.shown``."""


class WaitingSerializer(serializers.Serializer[Any]):
    ahead = serializers.IntegerField(help_text="How many jobs come first as things are.")
    reason = serializers.CharField(help_text="Why it waits, in words.")
    estimate = serializers.FloatField(
        source="estimate.total_seconds", allow_null=True, default=None, help_text="Seconds until it is done, if known."
    )


class JobSerializer(serializers.Serializer[Any]):
    """``message`` and ``problems`` say why a job failed, ``result`` what a job found."""

    id = serializers.IntegerField(source="pk", read_only=True)
    url = serializers.SerializerMethodField()
    kind = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    attempt = serializers.IntegerField(read_only=True)
    queued = serializers.DateTimeField(source="queued_at", read_only=True, format=TO_THE_SECOND)
    started = serializers.DateTimeField(source="started_at", read_only=True, allow_null=True, format=TO_THE_SECOND)
    finished = serializers.DateTimeField(source="finished_at", read_only=True, allow_null=True, format=TO_THE_SECOND)
    waiting = serializers.SerializerMethodField(help_text="Only while it is queued.")
    message = serializers.CharField(read_only=True)
    problems = ProblemSerializer(many=True, read_only=True)
    result = serializers.DictField(read_only=True)

    def get_url(self, job: Job) -> str:
        return settings.PUBLIC_URL + reverse("api:job", args=[job.pk])

    @extend_schema_field(WaitingSerializer(allow_null=True))
    def get_waiting(self, job: Job) -> dict[str, Any] | None:
        waiting = waiting_of(job)
        return WaitingSerializer(waiting).data if waiting is not None else None


class JobDetail(View):
    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="jobs_retrieve", responses=JobSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A job that you asked for. Ask again until ``finished`` is set."""
        job = Job.objects.exclude(lane=Lane.BACKGROUND).filter(asked_by=request.user.pk, pk=pk).first()
        if job is None:
            raise Http404("There is no such job.")
        return Response(JobSerializer(job).data, headers={"Cache-Control": "no-store"})
