"""The leaderboard as JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from challenges.members.visibility import visible_challenge
from challenges.models import Challenge, Phase
from leaderboard.api.pagination import BoardPages
from leaderboard.api.serializers import BoardEntrySerializer
from leaderboard.boards.board import board_entries, ranking_rule, shown_division, withdrawn_entries
from leaderboard.boards.rows import board_row, off_board_row
from leaderboard.boards.status import is_official
from leaderboard.models import BoardEntry, Division
from leaderboard.web.spreadsheets import spreadsheet_cell

CSV_COLUMNS = ("rank", "team", "name", "score", "baseline", "submitted", "rank_all")

MAX_WITHDRAWN = 200
"""Entries beyond this number appear only in the log of decisions."""

_PARAMETERS = [
    OpenApiParameter("all", bool, description="1: every entry, not only the best of each team; see rank_all."),
    OpenApiParameter("division", str, enum=["closed", "open"], description="Each division has ranks of its own."),
    OpenApiParameter("phase", str, description="The name of a phase; without it, the current one."),
    OpenApiParameter("format", str, enum=["json", "csv"], description="csv: the whole board as a table."),
]


class Leaderboard(GenericAPIView[Any]):
    serializer_class = BoardEntrySerializer
    pagination_class = BoardPages
    filter_backends = ()

    @extend_schema(parameters=_PARAMETERS, responses=BoardEntrySerializer(many=True))
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The board of the current phase. While the board is frozen: the board from before the freeze."""
        challenge, phase = _challenge_and_phase(request, slug)
        division, entries = _asked(request, phase)
        if request.query_params.get("format") == "csv":
            return _csv(challenge, entries)
        rows = [board_row(entry) for entry in self.paginate_queryset(entries) or ()]
        response = self.get_paginated_response(BoardEntrySerializer(rows, many=True, context={"request": request}).data)
        specification = phase.dataset_version.spec
        response.data |= {
            "challenge": slug,
            "phase": phase.name,
            "metric": specification.metric,
            "direction": specification.direction,
            "rule": ranking_rule(specification),
            "official": is_official(phase),
            "division": division,
            "frozen": phase.is_frozen,
            "withdrawn": [off_board_row(submission) for submission in withdrawn_entries(phase)[:MAX_WITHDRAWN]],
        }
        return response


class LeaderboardCsv(GenericAPIView[Any]):
    serializer_class = BoardEntrySerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(parameters=_PARAMETERS[:3], responses={(200, "text/csv"): str})
    def get(self, request: Request, slug: str) -> HttpResponse:
        """The whole board of the current phase as CSV."""
        challenge, phase = _challenge_and_phase(request, slug)
        _, entries = _asked(request, phase)
        return _csv(challenge, entries)


def _challenge_and_phase(request: Request, slug: str) -> tuple[Challenge, Phase]:
    challenge = visible_challenge(request.user, slug)
    return challenge, asked_phase(challenge, request)


def asked_phase(challenge: Challenge, request: Request) -> Phase:
    """The phase named in the request, or the current one if none is named.

    Raises:
        Http404: there isn't one.
    """
    name = request.query_params.get("phase")
    phase = challenge.phase_named(name) if name else challenge.current_phase
    if phase is None:
        raise Http404("This challenge has no such board.")
    return phase


def _asked(request: Request, phase: Phase) -> tuple[Division, QuerySet[BoardEntry]]:
    """The requested division, and its entries: the best of each team, or all."""
    every = request.query_params.get("all") in ("1", "true")
    division = shown_division(phase, request.query_params.get("division"))
    return division, board_entries(phase, every=every, division=division)


def _csv(challenge: Challenge, entries: QuerySet[BoardEntry]) -> HttpResponse:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for entry in entries:
        values: Mapping[str, Any] = board_row(entry)
        writer.writerow([spreadsheet_cell(values[name]) for name in CSV_COLUMNS])
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, f"{challenge.slug}-leaderboard.csv") or ""},
    )
