"""Submitting, and following what happens to a submission."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from challenges.members.rules import rules_sha256
from challenges.members.visibility import visible_challenge
from evaluators.problems import Problem
from leaderboard.api.documents import sent_header
from leaderboard.api.queries import ListView, PageQuery, Query, View
from leaderboard.api.serializers import (
    PublicSubmissionSerializer,
    SubmissionSerializer,
    SubmissionSummarySerializer,
    UploadSerializer,
)
from leaderboard.api.throttling import AccountThrottle, AnonymousThrottle, UploadThrottle
from leaderboard.models import Submission, User
from leaderboard.models.statuses import Status
from leaderboard.submissions.filenames import named_for_tasks
from leaderboard.submissions.intake import PhaseClosed, submit
from leaderboard.teams.entrants import team_for
from leaderboard.web.uploadguard import read_uploads


class SubmissionsQuery(PageQuery):
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    challenge = serializers.SlugField(
        max_length=60, required=False, trim_whitespace=False, help_text="The slug of a challenge."
    )


class SubmissionList(ListView[Submission]):
    """The submissions of your teams, newest first."""

    serializer_class: type[BaseSerializer[Any]] = SubmissionSummarySerializer
    permission_classes = [IsAuthenticated]
    query_class: type[Query] = SubmissionsQuery

    def get_queryset(self) -> QuerySet[Submission]:
        fields = {"status": "evaluation__job__status", "challenge": "phase__challenge__slug"}
        chosen = {fields[name]: value for name, value in self.asked.items() if name in fields}
        return Submission.objects.owned_by(self.request.user).filter(**chosen).with_summary()


class ChallengeSubmissions(SubmissionList):
    throttle_classes = [AnonymousThrottle, AccountThrottle, UploadThrottle]
    query_class = PageQuery

    @extend_schema(operation_id="challenges_submissions_list", responses=SubmissionSummarySerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your teams' submissions to this challenge, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Submission]:
        if getattr(self, "swagger_fake_view", False):
            return Submission.objects.none()
        challenge = visible_challenge(self.request.user, self.kwargs["slug"])
        return super().get_queryset().filter(phase__challenge=challenge)

    @extend_schema(
        parameters=[sent_header("Location", 201)],
        request={"multipart/form-data": UploadSerializer},
        responses={201: SubmissionSerializer},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Submit. The response contains the URL at which you can follow the status.

        By submitting you accept the challenge's current rules; its `rules_sha256` identifies their exact text.
        """
        phase = visible_challenge(request.user, slug).current_phase
        if phase is None:
            raise PhaseClosed(Problem("this challenge has no phase."))
        user = cast(User, request.user)
        # This parses the body; the guard knows only afterwards whether it refused something.
        sent = request.FILES.getlist("files")
        submission = submit(
            phase,
            team_for(user, phase.challenge, request.POST.get("team", "")),
            name=request.POST.get("name", ""),
            uploads=named_for_tasks(
                phase.dataset_version.spec, read_uploads(request._request, sent), request.POST.getlist("tasks")
            ),
            created_by=user,
            client=Submission.Client.API,
            accepted_rules=rules_sha256(phase),
            division=request.POST.get("division", ""),
        )
        body = SubmissionSerializer(submission, context={"request": request}).data
        return Response(body, status=status.HTTP_201_CREATED, headers={"Location": body["url"]})


class AnySubmissionSerializer(serializers.Serializer[Any]):
    """Only for the OpenAPI document: what ``SubmissionDetail`` answers with."""


class AnySubmissionExtension(OpenApiSerializerExtension):
    """All details are also all that everyone sees, so ``oneOf``, as drf-spectacular would write, doesn't hold."""

    target_class = AnySubmissionSerializer

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        kinds = (SubmissionSerializer, PublicSubmissionSerializer)
        return {"anyOf": [auto_schema.resolve_serializer(kind, direction).ref for kind in kinds]}


class SubmissionDetail(View):
    @extend_schema(responses=AnySubmissionSerializer)
    def get(self, request: Request, pk: Any) -> Response:
        """One submission: all details for its own team, what the board shows for everyone else."""
        found = Submission.objects.viewable_by(request.user).with_summary().filter(pk=pk).first()
        if found is None:
            raise Http404
        own = Submission.objects.readable_by(request.user).filter(pk=pk).exists()
        serializer = SubmissionSerializer if own else PublicSubmissionSerializer
        return Response(serializer(found, context={"request": request}).data)
