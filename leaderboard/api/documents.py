"""Sending whole boards: as files, and not at all to a client that has the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from leaderboard.boards.prepared import PreparedDocument
from leaderboard.web.spreadsheets import spreadsheet_cell

CSV_TYPE = "text/csv; charset=utf-8"
ROWS_AT_ONCE = 500
SMALL_BYTES = 256 * 1024
"""What is sent from memory; larger documents are sent as files, which wait for slow readers without memory."""


IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of what you have."
)
NOT_MODIFIED = OpenApiResponse(description="You have it: its ETag is in If-None-Match.")


def sent_header(name: str, *statuses: int, required: bool = True) -> OpenApiParameter:
    """A header of an answer."""
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=required, response=list(statuses))


F = TypeVar("F", bound=Callable[..., Any])


def describes_document(
    content: Any, *, media_type: str, is_download: bool = False, redirects: bool = False
) -> Callable[[F], F]:
    """Decorate a view's method: it sends such a document, or 304. A download has a name for its file."""
    parameters = [IF_NONE_MATCH, sent_header("ETag", 200, 304)]
    responses: dict[Any, Any] = {(200, media_type): content, 304: NOT_MODIFIED}
    if is_download:
        parameters.append(sent_header("Content-Disposition", 200))
    if redirects:
        parameters.append(sent_header("Location", 302))
        responses[302] = OpenApiResponse(description="It is in the object store.")
    return extend_schema(parameters=parameters, responses=responses)


def table_schema(columns: Sequence[str]) -> dict[str, Any]:
    """A CSV in the OpenAPI document."""
    listed = ", ".join(f"`{name}`" for name in columns)
    return {"type": "string", "description": f"CSV (RFC 4180) in UTF-8 with the columns {listed}."}


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
    writer.writerow(map(spreadsheet_cell, columns))
    for row in rows:
        writer.writerow([spreadsheet_cell(row[name]) for name in columns])
        if text.tell() > ROWS_AT_ONCE * 100:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
