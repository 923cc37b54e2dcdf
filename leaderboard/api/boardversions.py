"""The versions of a board, each as it was saved, and what changed between them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request

from challenges.members.visibility import visible_challenge
from challenges.models import Phase
from leaderboard.api.board import asked_phase
from leaderboard.api.documents import CSV_TYPE, csv_pieces, describes_document, send_document, table_schema
from leaderboard.api.queries import CsvQuery, ListView, PageQuery, PhaseQuery, View
from leaderboard.boards.content import changes_of, content_of
from leaderboard.boards.prepared import prepared, version_inputs
from leaderboard.models import BoardVersion
from leaderboard.models.board import BoardState
from leaderboard.web.spreadsheets import start_of_table

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


class VersionsQuery(PhaseQuery, PageQuery):
    """Of the list of versions."""


class ChangesQuery(PhaseQuery, CsvQuery):
    """Of the table of changes."""


class BoardVersionSerializer(serializers.ModelSerializer[BoardVersion]):
    """``state`` is current or superseded; a version that is still being computed is not listed."""

    dataset = serializers.CharField(source="dataset_version.public_digest", read_only=True)
    dataset_number = serializers.IntegerField(source="dataset_version.number", read_only=True)
    since = serializers.DateTimeField(source="current_at", read_only=True)

    class Meta:
        model = BoardVersion
        fields = ("number", "cause", "note", "state", "dataset", "dataset_number", "since")


class BoardVersions(ListView[BoardVersion]):
    """The versions of a board, newest first."""

    serializer_class = BoardVersionSerializer
    query_class = VersionsQuery

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return BoardVersion.objects.none()
        phase = _phase(self.request, self.kwargs["slug"], self.asked)
        return _shown(phase).defer("content", "changes").order_by("-number")


class BoardVersionDetail(View):
    query_class = PhaseQuery

    @describes_document(OpenApiTypes.OBJECT, media_type="application/json")
    def get(self, request: Request, slug: str, number: int) -> HttpResponseBase:
        """One version of the board, and what changed compared with the version before it."""
        version = _version(request, slug, number, self.asked)
        document = prepared("version", version_inputs(version), lambda: _as_json(_whole(version)))
        return send_document(request, document, media_type="application/json")


class BoardChangesCsv(View):
    query_class = ChangesQuery

    @describes_document(table_schema(COLUMNS), media_type="text/csv", is_download=True)
    def get(self, request: Request, slug: str, number: int) -> HttpResponseBase:
        """Old and new rank of every entry as CSV.

        ``old_rank`` and ``new_rank`` count only the best entry of each team and are empty for a team's other entries;
        ``old_rank_all`` and ``new_rank_all`` count all entries.
        """
        version = _version(request, slug, number, self.asked)
        if version.has_no_changes:
            raise Http404("The first version of a board changed nothing.")
        start = start_of_table(for_excel=self.asked["bom"])
        document = prepared(
            "changes.csv",
            [*version_inputs(version), start],
            lambda: csv_pieces(COLUMNS, changes_of(_whole(version)) or (), start=start),
        )
        return send_document(request, document, media_type=CSV_TYPE, filename=f"{slug}-version-{number}-changes.csv")


def _as_json(version: BoardVersion) -> Iterator[bytes]:
    content = {**content_of(version), "state": version.state, "changes": changes_of(version)}
    yield json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _whole(version: BoardVersion) -> BoardVersion:
    """The version with its entries, which take long to load."""
    return BoardVersion.objects.select_related("dataset_version", "phase__challenge").get(pk=version.pk)


def _phase(request: Request, slug: str, asked: Mapping[str, Any]) -> Phase:
    return asked_phase(visible_challenge(request.user, slug), asked)


def _shown(phase: Phase) -> Any:
    rows = BoardVersion.objects.filter(phase=phase).exclude(state=BoardState.COMPUTING)
    return rows.select_related("dataset_version", "phase__challenge", "phase__dataset_version")


def _version(request: Request, slug: str, number: int, asked: Mapping[str, Any]) -> Any:
    """Without its entries; ``has_no_changes`` says whether it is the first."""
    first = ExpressionWrapper(Q(changes__isnull=True), output_field=BooleanField())
    rows = _shown(_phase(request, slug, asked)).annotate(has_no_changes=first).defer("content", "changes")
    found = rows.filter(number=number).first()
    if found is None:
        raise Http404("This board has no such version.")
    return found
