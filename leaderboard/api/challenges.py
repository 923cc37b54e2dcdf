"""Challenges, their files and the instant check."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from challenges.members.visibility import visible_challenge
from challenges.models import Challenge
from evaluators.problems import Problem
from evaluators.specification import DOMAINS
from leaderboard.api.documents import describes_document
from leaderboard.api.queries import CheckedQuery, ListView, PageQuery, View
from leaderboard.api.serializers import (
    ChallengeDetailSerializer,
    ChallengeSerializer,
    CheckedFormSerializer,
    CheckSerializer,
    DataFileSerializer,
)
from leaderboard.api.specifications import RegisteredName, kind_choices
from leaderboard.api.throttling import AccountThrottle, AnonymousThrottle, UploadThrottle
from leaderboard.storage.downloads import public_file, public_files, send_public_file
from leaderboard.submissions.filenames import named_for_tasks
from leaderboard.submissions.intake import PhaseClosed, instant_check
from leaderboard.web.uploadguard import read_uploads


class ChallengesQuery(PageQuery):
    status = serializers.ChoiceField(choices=Challenge.Status.choices, required=False)
    kind = RegisteredName(kind_choices, required=False)
    domain = serializers.ChoiceField(choices=list(DOMAINS.items()), required=False)


class ChallengeList(ListView[Challenge]):
    """Every challenge that is public or that you have a role in."""

    serializer_class = ChallengeSerializer
    query_class = ChallengesQuery

    def get_queryset(self) -> QuerySet[Challenge]:
        chosen = {name: self.asked[name] for name in ("status", "kind", "domain") if name in self.asked}
        return Challenge.objects.listed_for(self.request.user).filter(**chosen).prefetch_related("phases")


@extend_schema(responses=ChallengeDetailSerializer)
class ChallengeDetail(CheckedQuery, RetrieveAPIView[Challenge]):
    """One challenge: its description and what a submission must contain."""

    serializer_class = ChallengeDetailSerializer

    def get_object(self) -> Challenge:
        return visible_challenge(self.request.user, self.kwargs["slug"])


class ChallengeFiles(View):
    @extend_schema(responses=DataFileSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """The public files: name, URL, size and SHA-256."""
        files = public_files(visible_challenge(request.user, slug))
        return Response(DataFileSerializer(files, many=True, context={"slug": slug, "request": request}).data)


class ChallengeFile(View):
    @describes_document(OpenApiTypes.BINARY, media_type="*/*", is_download=True, redirects=True)
    def get(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        """Download a public file. May redirect to the object store."""
        return send_public_file(request._request, public_file(visible_challenge(request.user, slug), name))


class ChallengeCheck(View):
    permission_classes = [IsAuthenticated]
    throttle_classes = [AnonymousThrottle, AccountThrottle, UploadThrottle]

    @extend_schema(request={"multipart/form-data": CheckedFormSerializer}, responses=CheckSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Check files without submitting them. Nothing is saved and it doesn't count against your limits."""
        phase = visible_challenge(request.user, slug).current_phase
        if phase is None:
            raise PhaseClosed(Problem("this challenge has no phase."))
        sent = request.FILES.getlist("files")
        uploads = named_for_tasks(
            phase.dataset_version.spec, read_uploads(request._request, sent), request.POST.getlist("tasks")
        )
        files, report = instant_check(phase, uploads)
        shown: list[dict[str, Any]] = [
            {"name": file.name, "size": len(file.content), "sha256": file.sha256} for file in files
        ]
        return Response({"lines": report.lines, "files": shown})
