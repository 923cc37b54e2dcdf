"""Sending whole boards: as files, and not at all to a client that has the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from leaderboard.boards.prepared import PreparedDocument
from leaderboard.web.spreadsheets import spreadsheet_cell

BOM_PARAMETER = OpenApiParameter("bom", str, enum=["1"], description="1: with a byte-order mark, for Excel.")
CSV_TYPE = "text/csv; charset=utf-8"
ROWS_AT_ONCE = 500
SMALL_BYTES = 256 * 1024
"""What is sent from memory; larger documents are sent as files, which wait for slow readers without memory."""


def send_document(
    request: Request, document: PreparedDocument, *, media_type: str, filename: str = ""
) -> HttpResponseBase:
    """The document, or 304 if the client names its ETag. Clients ask each time, as a board may change any time."""
    response: HttpResponseBase | None = get_conditional_response(request._request, etag=document.etag)
    if response is None:
        response = _whole(document, media_type)
        if filename:
            response.headers["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    else:
        document.file.close()
    response.headers["ETag"] = document.etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _whole(document: PreparedDocument, media_type: str) -> HttpResponseBase:
    if document.size > SMALL_BYTES:
        return FileResponse(document.file, content_type=media_type, headers={"Content-Length": str(document.size)})
    with document.file:
        return HttpResponse(document.file.read(), content_type=media_type)


def csv_pieces(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, start: str = "") -> Iterator[bytes]:
    """A table whose cells a spreadsheet does not take for formulas; ``start`` as from ``start_of_table``."""
    text = io.StringIO(newline="")
    text.write(start)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([spreadsheet_cell(row[name]) for name in columns])
        if text.tell() > ROWS_AT_ONCE * 100:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
