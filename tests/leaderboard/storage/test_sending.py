"""A download of a local store is handed to the server as a file, which needs no copy for a slow reader."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.http import FileResponse
from django.test import RequestFactory

from leaderboard.storage import downloads
from leaderboard.storage.local import LocalStore


def test_a_stored_file_is_sent_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    stored = store.put(io.BytesIO(b"content"))
    monkeypatch.setattr(downloads, "object_store", lambda: store)
    request = RequestFactory().get("/")
    response = downloads.send_object(request, stored.sha256, size=7, filename="a.csv", media_type="text/csv")
    assert isinstance(response, FileResponse)
    assert response.file_to_stream is not None
    assert response.headers["Content-Length"] == "7"
    assert response.headers["Content-Disposition"] == 'attachment; filename="a.csv"'
    assert response.getvalue() == b"content"
