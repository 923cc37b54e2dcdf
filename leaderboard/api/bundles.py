"""Creating a whole challenge with one request: a bundle is uploaded, checked and turned into a draft."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from django.views import View
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from challenges.models import Challenge
from evaluators.problems import BundleError, Problem
from evaluators.specification import schema_text
from leaderboard.api.challenges import ChallengeList
from leaderboard.api.documents import sent_header
from leaderboard.api.jobs import JobSerializer
from leaderboard.api.throttling import AccountThrottle, AnonymousThrottle, BundleThrottle
from leaderboard.jobs.awaiting import ended_soon
from leaderboard.jobs.problems import problems_of
from leaderboard.models import User
from leaderboard.models.statuses import Status
from leaderboard.notifications.pages import Page, PageKind, address_of
from leaderboard.organizing.bundles import OUR_FAULT, challenge_of, send_bundle
from leaderboard.web.uploadguard import read_organizer_uploads, take_organizer_uploads

SEND = 'curl -H "Authorization: Bearer $TOKEN" -F bundle=@bundle.zip ADDRESS/api/v1/challenges/'


class BundleSerializer(serializers.Serializer[Any]):
    """``bundle`` is a zip with ``challenge.yaml`` and the data files that it names."""

    bundle = serializers.FileField()


class AcceptedBundleSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()
    url = serializers.URLField(help_text="The challenge's page; a draft is shown to its organizers alone.")
    version = serializers.IntegerField(help_text="The number of this version of the data.")
    phases = serializers.ListField(child=serializers.CharField())
    next = serializers.CharField(help_text="What to do now, in words.")
    readiness = serializers.URLField(help_text="Where the dry run is started.")


class NotChecked(exceptions.APIException):
    """The check failed through a fault of ours; the details are in the log."""

    default_detail = OUR_FAULT


class ChallengesAndBundles(ChallengeList):
    throttle_classes = [AnonymousThrottle, AccountThrottle, BundleThrottle]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        # Before anything reads the body: a bundle may be much larger than a submission, so it is written to disk.
        if request.method == "POST":
            take_organizer_uploads(request)
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        operation_id="challenges_create",
        parameters=[sent_header("Location", 201, 202)],
        request={"multipart/form-data": BundleSerializer},
        responses={201: AcceptedBundleSerializer, 202: JobSerializer},
    )
    def post(self, request: Request) -> Response:
        """Create a draft from a bundle, or add a new version of the data to a challenge that you organize.

        A small bundle is checked at once. For a larger one the answer is 202 with a job: ask for it until it has ended.
        """
        # This parses the body; the guard knows only afterwards whether it refused something.
        sent = request.FILES.getlist("bundle")
        files = read_organizer_uploads(request._request, sent)
        if len(files) != 1 or set(request.FILES) != {"bundle"}:
            raise BundleError(Problem("one file is asked for, called bundle.", f"Send it so: {SEND}", field="bundle"))
        with cast(TemporaryUploadedFile, files[0]) as file:
            file.flush()
            job = send_bundle(Path(file.temporary_file_path()), cast(User, request.user))
        job = ended_soon(job)
        if job.is_active:
            watched = JobSerializer(job).data
            return Response(watched, status=status.HTTP_202_ACCEPTED, headers={"Location": watched["url"]})
        if job.status == Status.FAILED:
            raise BundleError(problems_of(job), omitted=job.result.get("omitted", 0))
        challenge = challenge_of(job)
        if challenge is None:
            raise NotChecked
        body = accepted(challenge)
        return Response(body, status=status.HTTP_201_CREATED, headers={"Location": body["url"]})


def accepted(challenge: Challenge) -> dict[str, Any]:
    # The public version of the data, not the one whose hidden part is scored at the end.
    version = challenge.dataset_versions.newest()
    phases = list(challenge.phases.order_by("starts_at", "pk").values_list("name", flat=True))
    steps = "" if phases else "Give it a phase, then "
    draft = challenge.status == Challenge.Status.DRAFT
    return {
        "slug": challenge.slug,
        "title": challenge.title,
        "status": challenge.status,
        "url": address_of(Page(PageKind.CHALLENGE, (challenge.slug,))),
        "version": version.number if version else 0,
        "phases": phases,
        "next": f"{steps}start the dry run, read what it finds, and publish." if draft else "Score again on it.",
        "readiness": address_of(Page(PageKind.READINESS, (challenge.slug,))),
    }


class ChallengeSchema(View):
    """The published JSON Schema of ``challenge.yaml``."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(
            schema_text(), content_type="application/schema+json", headers={"Cache-Control": "max-age=300"}
        )
