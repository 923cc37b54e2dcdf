"""Sending an object of the store to a browser."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader

from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.request import HttpRequest
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header, parse_etags

from challenges.models import Challenge, DataFile
from leaderboard.storage import object_store
from leaderboard.storage.interface import CHUNK_BYTES


def public_files(challenge: Challenge) -> list[DataFile]:
    """The files of a challenge's current data that everyone may download."""
    phase = challenge.current_phase
    if phase is None:
        return []
    return list(DataFile.objects.filter(dataset_version=phase.dataset_version_id, is_public=True))


def public_file(challenge: Challenge, name: str) -> DataFile:
    """The public file with this name.

    Raises:
        Http404: there isn't one. For a hidden file the response is the same, so that it does not reveal its existence.
    """
    for file in public_files(challenge):
        if name in (file.name, file.basename):
            return file
    raise Http404("There is no such file.")


def send_public_file(request: HttpRequest, file: DataFile) -> HttpResponseBase:
    """A redirect to the object store if browsers can reach it, otherwise the bytes."""
    return send_object(request, file.sha256, size=file.size, filename=file.basename, media_type=file.media_type)


def send_object(request: HttpRequest, sha256: str, *, size: int, filename: str, media_type: str) -> HttpResponseBase:
    store = object_store()
    etag = f'"{sha256}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers={"ETag": etag})
    address = store.url(sha256, filename=filename, media_type=media_type)
    if address is not None:
        return HttpResponseRedirect(address)
    if not store.exists(sha256):
        raise Http404("The file is missing in the store.")
    response = _response(sha256, media_type)
    response["Content-Length"] = size
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response["ETag"] = etag
    patch_cache_control(response, private=True, max_age=3600)
    return response


def _response(sha256: str, media_type: str) -> StreamingHttpResponse:
    stream = object_store().open(sha256)
    if isinstance(stream, BufferedReader):
        # The server sends a plain file as its reader takes it, and keeps no copy.
        return FileResponse(stream, content_type=media_type)
    return StreamingHttpResponse(_pieces(sha256), content_type=media_type)


def _pieces(sha256: str) -> Iterator[bytes]:
    with object_store().open(sha256) as stream:
        while piece := stream.read(CHUNK_BYTES):
            yield piece
