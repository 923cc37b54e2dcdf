"""The leaderboard as JSON and CSV."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from challenges.members.visibility import visible_challenge
from challenges.models import Challenge, Phase
from leaderboard.api.documents import BOM_PARAMETER, CSV_TYPE, csv_pieces, send_document
from leaderboard.api.pagination import BoardPages
from leaderboard.api.serializers import BoardEntrySerializer
from leaderboard.boards.board import board_entries, ranking_rule, shown_division, withdrawn_entries
from leaderboard.boards.prepared import phase_inputs, prepared
from leaderboard.boards.rows import board_rows, off_board_row, row_of, row_values
from leaderboard.boards.status import is_official
from leaderboard.models import BoardEntry, Division
from leaderboard.web.spreadsheets import start_of_table

CSV_COLUMNS = ("rank", "team", "name", "score", "baseline", "submitted", "rank_all")

MAX_WITHDRAWN = 200
"""Entries beyond this number appear only in the log of decisions."""

_PARAMETERS = [
    OpenApiParameter("all", bool, description="1: every entry, not only the best of each team; see rank_all."),
    OpenApiParameter("division", str, enum=["closed", "open"], description="Each division has ranks of its own."),
    OpenApiParameter("phase", str, description="The name of a phase; without it, the current one."),
    BOM_PARAMETER,
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
            return _csv(request, challenge, phase, division, entries)
        page: Any = self.paginate_queryset(row_values(entries))
        rows = list(map(row_of, page))
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

    @extend_schema(parameters=_PARAMETERS[:4], responses={(200, "text/csv"): str})
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The whole board of the current phase as CSV."""
        challenge, phase = _challenge_and_phase(request, slug)
        division, entries = _asked(request, phase)
        return _csv(request, challenge, phase, division, entries)


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
    division = shown_division(phase, request.query_params.get("division"))
    return division, board_entries(phase, every=_every(request), division=division)


def _every(request: Request) -> bool:
    return request.query_params.get("all") in ("1", "true")


def _csv(
    request: Request, challenge: Challenge, phase: Phase, division: Division, entries: QuerySet[BoardEntry]
) -> HttpResponseBase:
    start = start_of_table(request.query_params)
    document = prepared(
        "leaderboard.csv",
        [phase_inputs(phase), division, _every(request), start],
        lambda: csv_pieces(CSV_COLUMNS, board_rows(entries), start=start),
    )
    return send_document(request, document, media_type=CSV_TYPE, filename=f"{challenge.slug}-leaderboard.csv")
