"""The versions of a board, each as it was saved, and what changed between them."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from challenges.members.visibility import visible_challenge
from challenges.models import Phase
from leaderboard.api.board import asked_phase
from leaderboard.boards.content import changes_of, content_of
from leaderboard.models import BoardVersion
from leaderboard.models.board import BoardState
from leaderboard.web.spreadsheets import spreadsheet_cell

COLUMNS = (
    "team",
    "name",
    "division",
    "baseline",
    "old_rank",
    "new_rank",
    "old_rank_all",
    "new_rank_all",
    "old_score",
    "new_score",
    "why",
    "submission",
)
PHASE = OpenApiParameter("phase", str, description="The name of a phase; without it, the current one.")


class BoardVersionSerializer(serializers.ModelSerializer[BoardVersion]):
    """``state`` is current or superseded; a version that is still being computed is not listed."""

    dataset = serializers.CharField(source="dataset_version.public_digest", read_only=True)
    dataset_number = serializers.IntegerField(source="dataset_version.number", read_only=True)
    since = serializers.DateTimeField(source="current_at", read_only=True)

    class Meta:
        model = BoardVersion
        fields = ("number", "cause", "note", "state", "dataset", "dataset_number", "since")


class BoardVersions(ListAPIView[BoardVersion]):
    """The versions of a board, newest first."""

    serializer_class = BoardVersionSerializer
    filter_backends = ()

    @extend_schema(parameters=[PHASE])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return BoardVersion.objects.none()
        phase = _phase(self.request, self.kwargs["slug"])
        return _shown(phase).defer("content", "changes").order_by("-number")


class BoardVersionDetail(APIView):
    @extend_schema(parameters=[PHASE], responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, slug: str, number: int) -> Response:
        """One version of the board, and what changed compared with the version before it."""
        version = _version(request, slug, number)
        return Response({**content_of(version), "state": version.state, "changes": changes_of(version)})


class BoardChangesCsv(APIView):
    @extend_schema(parameters=[PHASE], responses={(200, "text/csv"): str})
    def get(self, request: Request, slug: str, number: int) -> HttpResponse:
        """Old and new rank of every entry as CSV.

        ``old_rank`` and ``new_rank`` count only the best entry of each team and are empty for a team's other entries;
        ``old_rank_all`` and ``new_rank_all`` count all entries.
        """
        version = _version(request, slug, number)
        changes = changes_of(version)
        if changes is None:
            raise Http404("The first version of a board changed nothing.")
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for change in changes:
            writer.writerow([spreadsheet_cell(change[name]) for name in COLUMNS])
        name = f"{slug}-version-{number}-changes.csv"
        return HttpResponse(
            text.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": content_disposition_header(True, name) or ""},
        )


def _phase(request: Request, slug: str) -> Phase:
    return asked_phase(visible_challenge(request.user, slug), request)


def _shown(phase: Phase) -> Any:
    rows = BoardVersion.objects.filter(phase=phase).exclude(state=BoardState.COMPUTING)
    return rows.select_related("dataset_version", "phase__challenge")


def _version(request: Request, slug: str, number: int) -> BoardVersion:
    found: BoardVersion | None = _shown(_phase(request, slug)).filter(number=number).first()
    if found is None:
        raise Http404("This board has no such version.")
    return found
