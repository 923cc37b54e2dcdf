"""Submitting, and following what happens to a submission."""

from __future__ import annotations

from typing import Any, cast

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from challenges.members.rules import rules_sha256
from challenges.members.visibility import visible_challenge
from evaluators.problems import Problem
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


class SubmissionFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(field_name="evaluation__job__status", choices=Status.choices)
    challenge = django_filters.CharFilter(field_name="phase__challenge__slug", max_length=60)

    class Meta:
        model = Submission
        fields = ("status", "challenge")


class SubmissionList(ListAPIView[Submission]):
    """The submissions of your teams, newest first."""

    serializer_class: type[BaseSerializer[Any]] = SubmissionSummarySerializer
    permission_classes = [IsAuthenticated]
    filterset_class: type[django_filters.FilterSet] | None = SubmissionFilter

    def get_queryset(self) -> QuerySet[Submission]:
        return Submission.objects.owned_by(self.request.user).with_summary()


class ChallengeSubmissions(SubmissionList):
    throttle_classes = [AnonymousThrottle, AccountThrottle, UploadThrottle]
    filterset_class = None

    @extend_schema(operation_id="challenges_submissions_list", responses=SubmissionSummarySerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your teams' submissions to this challenge, newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Submission]:
        if getattr(self, "swagger_fake_view", False):
            return Submission.objects.none()
        challenge = visible_challenge(self.request.user, self.kwargs["slug"])
        return super().get_queryset().filter(phase__challenge=challenge)

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: SubmissionSerializer})
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


class SubmissionDetail(APIView):
    @extend_schema(
        responses={
            200: PolymorphicProxySerializer(
                component_name="AnySubmission",
                serializers=[SubmissionSerializer, PublicSubmissionSerializer],
                resource_type_field_name=None,
            ),
        }
    )
    def get(self, request: Request, pk: Any) -> Response:
        """One submission: all details for its own team, what the board shows for everyone else."""
        found = Submission.objects.viewable_by(request.user).with_summary().filter(pk=pk).first()
        if found is None:
            raise Http404
        own = Submission.objects.readable_by(request.user).filter(pk=pk).exists()
        serializer = SubmissionSerializer if own else PublicSubmissionSerializer
        return Response(serializer(found, context={"request": request}).data)
