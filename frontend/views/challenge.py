from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from challenges.members.visibility import visible_challenge
from evaluators.registry import METRICS, baselines_for
from frontend.kinds import pages_of
from frontend.kinds.base import KindPages
from frontend.queries.challenges import current_phase, takes_submissions
from frontend.rows.page import read_rows
from frontend.rows.public_data import NoRows, PublicData
from leaderboard.boards.board import ranking_rule
from leaderboard.previews.rows import PublicRows
from leaderboard.storage.downloads import public_file, public_files, send_public_file

NEWS = 3
"""How many announcements the page shows; a separate page has all of them."""


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    challenge = visible_challenge(request.user, slug)
    phase = challenge.current_phase
    context: dict[str, Any] = {
        "challenge": challenge,
        "phase": phase,
        "tab": "overview",
        "open": takes_submissions(phase),
        "news": list(challenge.announcements.all()[:NEWS]),
    }
    if phase is not None:
        specification = phase.dataset_version.spec
        kind, public = pages_of(specification), PublicData(phase.dataset_version)
        files = public_files(challenge)
        context |= {
            "spec": specification,
            "metric": METRICS[specification.metric],
            "files": files,
            "total_size": sum(file.size for file in files),
            "baselines": baselines_for(specification),
            "rule": ranking_rule(specification),
            "kind": kind,
            "data": kind.data(public),
            "row_tables": _row_tables(kind, public),
            "site": request.build_absolute_uri("/").rstrip("/"),
        }
    return render(request, "frontend/challenge.html", context)


@require_safe
def rows(request: HttpRequest, slug: str) -> HttpResponse:
    """Public rows one by one, with their pictures."""
    challenge = visible_challenge(request.user, slug)
    phase = current_phase(challenge)
    kind, public = pages_of(phase.dataset_version.spec), PublicData(phase.dataset_version)
    tables = list(kind.row_tables.items())
    number = request.GET.get("table", "0")
    if not number.isascii() or not number.isdigit() or int(number[:4]) >= len(tables):
        raise Http404("There is no such table.")
    title, table = tables[int(number[:4])]
    found = read_rows(public, table, label=request.GET.get("label", ""), page=request.GET.get("page"))
    shown, missing = (None, found) if isinstance(found, NoRows) else (found, None)
    chosen = {"table": number, **({"label": shown.label} if shown is not None and shown.label else {})}
    context = {
        "challenge": challenge,
        "phase": phase,
        "tab": "overview",
        "open": takes_submissions(phase),
        "kind": kind,
        "tables": [name for name, _ in tables],
        "number": int(number[:4]),
        "title": title,
        "table": table,
        "shown": shown,
        "missing": missing,
        "extra": f"{urlencode(chosen)}&",
    }
    response = render(request, "frontend/rows.html", context)
    if missing is not None:
        # A moment later there may be rows.
        add_never_cache_headers(response)
    return response


def _row_tables(kind: KindPages, public: PublicData) -> list[str]:
    """Titles of the tables whose rows can be browsed, as far as that is known."""
    tables = kind.row_tables
    if kind.rows_need_pictures:
        first = public.rows(next(iter(tables.values()))) if tables else None
        return list(tables) if isinstance(first, PublicRows) and first.pixels is not None else []
    return list(tables)


@require_safe
def file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    return send_public_file(request, public_file(visible_challenge(request.user, slug), name))
