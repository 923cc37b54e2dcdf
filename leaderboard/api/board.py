"""The leaderboard as JSON and CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from challenges.members.visibility import visible_challenge
from challenges.models import Challenge, Phase
from leaderboard.api.documents import (
    CSV_TYPE,
    IF_NONE_MATCH,
    NOT_MODIFIED,
    csv_pieces,
    describes_document,
    send_document,
    sent_header,
    table_schema,
)
from leaderboard.api.pagination import BoardPages
from leaderboard.api.queries import CheckedQuery, CsvQuery, DivisionQuery, PageQuery, PhaseQuery, View
from leaderboard.api.serializers import BoardEntrySerializer
from leaderboard.boards.board import board_entries, ranking_rule, shown_division, withdrawn_entries
from leaderboard.boards.prepared import phase_inputs, prepared
from leaderboard.boards.rows import board_rows, off_board_row, row_of, row_values
from leaderboard.boards.status import is_official
from leaderboard.models import BoardEntry, Division
from leaderboard.web.spreadsheets import start_of_table

CSV_COLUMNS = ("rank", "team", "name", "score", "baseline", "submitted", "rank_all")

OF_A_TABLE = ("ETag", "Content-Disposition")

Asked = Mapping[str, Any]

MAX_WITHDRAWN = 200
"""Entries beyond this number appear only in the log of decisions."""


class TableQuery(PhaseQuery, DivisionQuery, CsvQuery):
    """Of the board as a table."""


class BoardQuery(TableQuery, PageQuery):
    format = serializers.ChoiceField(
        choices=["json", "csv"], default="json", help_text="csv: the whole board as a table."
    )


class Leaderboard(CheckedQuery, GenericAPIView[Any]):
    serializer_class = BoardEntrySerializer
    pagination_class = BoardPages
    query_class = BoardQuery

    @extend_schema(
        responses={
            (200, "application/json"): BoardEntrySerializer(many=True),
            (200, "text/csv"): table_schema(CSV_COLUMNS),
            304: NOT_MODIFIED,
        },
        parameters=[IF_NONE_MATCH, *(sent_header(name, 200, required=False) for name in OF_A_TABLE)],
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The board of the current phase. While the board is frozen: the board from before the freeze."""
        challenge, phase = _challenge_and_phase(request, slug, self.asked)
        division, entries = _board(phase, self.asked)
        if self.asked["format"] == "csv":
            return _csv(request, challenge, phase, self.asked)
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


class LeaderboardCsv(View):
    query_class = TableQuery

    @describes_document(table_schema(CSV_COLUMNS), media_type="text/csv", is_download=True)
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The whole board of the current phase as CSV."""
        challenge, phase = _challenge_and_phase(request, slug, self.asked)
        return _csv(request, challenge, phase, self.asked)


def _challenge_and_phase(request: Request, slug: str, asked: Asked) -> tuple[Challenge, Phase]:
    challenge = visible_challenge(request.user, slug)
    return challenge, asked_phase(challenge, asked)


def asked_phase(challenge: Challenge, asked: Asked) -> Phase:
    """The phase named in the request, or the current one if none is named.

    Raises:
        Http404: there isn't one.
    """
    name = asked.get("phase")
    phase = challenge.phase_named(name) if name else challenge.current_phase
    if phase is None:
        raise Http404("This challenge has no such board.")
    return phase


def _board(phase: Phase, asked: Asked) -> tuple[Division, QuerySet[BoardEntry]]:
    """The requested division, and its entries: the best of each team, or all.

    Raises:
        Http404: the phase has no such division.
    """
    division = Division(asked["division"])
    if division != shown_division(phase, division):
        raise Http404("This phase has no open division.")
    return division, board_entries(phase, every=asked["all"], division=division)


def _csv(request: Request, challenge: Challenge, phase: Phase, asked: Asked) -> HttpResponseBase:
    division, entries = _board(phase, asked)
    start = start_of_table(for_excel=asked["bom"])
    document = prepared(
        "leaderboard.csv",
        [phase_inputs(phase), division, asked["all"], start],
        lambda: csv_pieces(CSV_COLUMNS, board_rows(entries), start=start),
    )
    return send_document(request, document, media_type=CSV_TYPE, filename=f"{challenge.slug}-leaderboard.csv")
