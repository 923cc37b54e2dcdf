"""The leaderboard as JSON and CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from challenges.models import Challenge, Phase
from challenges.visibility import visible_challenge
from leaderboard.api.pagination import BoardPages
from leaderboard.api.serializers import BoardEntrySerializer
from leaderboard.board import board_entries, ranking_rule, shown_division, withdrawn_entries
from leaderboard.boardstatus import is_official
from leaderboard.models import BoardEntry, Division, Submission

CSV_COLUMNS = ("rank", "team", "name", "score", "baseline", "submitted")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

MAX_WITHDRAWN = 200
"""More entries than these are in the log of decisions alone."""

_PARAMETERS = [
    OpenApiParameter("all", bool, description="1: every entry, not only the best of each team."),
    OpenApiParameter("division", str, enum=["closed", "open"], description="Each division has ranks of its own."),
    OpenApiParameter("phase", str, description="The name of a phase; without it, the current one."),
    OpenApiParameter("format", str, enum=["json", "csv"], description="csv: the whole board as a table."),
]


class Leaderboard(GenericAPIView[BoardEntry]):
    serializer_class = BoardEntrySerializer
    pagination_class = BoardPages
    filter_backends = ()

    @extend_schema(parameters=_PARAMETERS, responses=BoardEntrySerializer(many=True))
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The board of the current phase; of one that is frozen, as it stood before."""
        challenge, phase = _challenge_and_phase(request, slug)
        every, division, entries = _asked(request, phase)
        if request.query_params.get("format") == "csv":
            return _csv(challenge, entries, every)
        page = self.paginate_queryset(entries)
        shown = BoardEntrySerializer(page, many=True, context={"request": request, "all": every}).data
        response = self.get_paginated_response(shown)
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
            "withdrawn": [_withdrawn(submission) for submission in withdrawn_entries(phase)[:MAX_WITHDRAWN]],
        }
        return response


class LeaderboardCsv(GenericAPIView[BoardEntry]):
    serializer_class = BoardEntrySerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(parameters=_PARAMETERS[:3], responses={(200, "text/csv"): str})
    def get(self, request: Request, slug: str) -> HttpResponse:
        """The whole board of the current phase as a table."""
        challenge, phase = _challenge_and_phase(request, slug)
        every, _, entries = _asked(request, phase)
        return _csv(challenge, entries, every)


def _challenge_and_phase(request: Request, slug: str) -> tuple[Challenge, Phase]:
    challenge = visible_challenge(request.user, slug)
    return challenge, asked_phase(challenge, request)


def asked_phase(challenge: Challenge, request: Request) -> Phase:
    """The phase whose name the request gives, or else the current one.

    Raises:
        Http404: there is none.
    """
    name = request.query_params.get("phase")
    phase = challenge.phase_named(name) if name else challenge.current_phase
    if phase is None:
        raise Http404("This challenge has no such board.")
    return phase


def _asked(request: Request, phase: Phase) -> tuple[bool, Division, QuerySet[BoardEntry]]:
    """Whether every entry is asked for, of which division, and these."""
    every = request.query_params.get("all") in ("1", "true")
    division = shown_division(phase, request.query_params.get("division"))
    return every, division, board_entries(phase, every=every, division=division)


def _withdrawn(submission: Submission) -> dict[str, Any]:
    """An entry without a place; why, says the log of decisions."""
    return {
        "standing": submission.standing,
        "division": submission.division,
        "team": submission.team.name,
        "name": submission.name,
        "submitted": submission.created_at,
        "submission": str(submission.pk),
    }


def _csv(challenge: Challenge, entries: QuerySet[BoardEntry], every: bool) -> HttpResponse:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for entry in entries:
        rank = entry.rank_all if every else entry.rank_best
        row: list[Any] = [
            rank,
            entry.team.name,
            entry.submission.name,
            repr(entry.score),
            str(entry.submission.is_baseline).lower(),
            entry.submitted_at.isoformat(),
        ]
        writer.writerow([neutralised(str(cell)) for cell in row])
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, f"{challenge.slug}-leaderboard.csv") or ""},
    )


def neutralised(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
