"""The permission table of all pages, forms and API routes of a challenge.

A line is a request and its status for each of ``READERS``, in their order. The URL may contain ``{public}``,
``{private}`` and ``{draft}`` (a challenge in that state) and any other key of ``test_organizer_access.world``.
``FORMS`` has the data to post to a route, by URL name; other routes get an empty body. 302 means that a visitor is
asked to sign in, or that a form succeeded.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests import factories
from tests.bundles import write_bundle
from tests.frontend.wizard_table import WAY

READERS = ("visitor", "participant", "other", "judge", "organizer", "stranger", "owner", "staff")
"""``other`` takes part in a different team; ``stranger`` owns a different challenge."""

TABLE: dict[str, str] = {
    # --- pages of a challenge ------------------ visitor participant other judge organizer stranger owner staff
    "GET /challenges/{public}/": "200 200 200 200 200 200 200 200",
    "GET /challenges/{private}/": "404 200 200 200 200 404 200 200",
    "GET /challenges/{draft}/": "404 404 404 200 200 404 200 200",
    "GET /challenges/{public}/leaderboard/": "200 200 200 200 200 200 200 200",
    "GET /challenges/{private}/leaderboard/": "404 200 200 200 200 404 200 200",
    "GET /challenges/{draft}/leaderboard/": "404 404 404 200 200 404 200 200",
    "GET /challenges/{public}/files/pool.parquet": "200 200 200 200 200 200 200 200",
    "GET /challenges/{private}/files/pool.parquet": "404 200 200 200 200 404 200 200",
    "GET /challenges/{draft}/files/pool.parquet": "404 404 404 200 200 404 200 200",
    "GET /challenges/{private}/files/hidden/test.parquet": "404 404 404 404 404 404 404 404",
    # 404 because its rows aren't pictures; readers who may not know of the challenge must not learn even that.
    "GET /challenges/{private}/rows/": "404 404 404 404 404 404 404 404",
    "GET /challenges/{public}/submit": "302 200 200 200 200 200 200 200",
    "GET /challenges/{private}/submit": "302 200 200 200 200 404 200 200",
    "GET /challenges/{draft}/submit": "302 404 404 200 200 404 200 200",
    "POST /challenges/{private}/check": "404 200 200 200 200 404 200 200",
    "POST /challenges/{draft}/check": "404 404 404 400 400 404 400 400",
    # --- members and invitations
    "GET /challenges/{public}/organize/people/": "302 403 403 403 200 403 200 200",
    "GET /challenges/{private}/organize/people/": "302 403 403 403 200 404 200 200",
    "GET /challenges/{draft}/organize/people/": "302 404 404 403 200 404 200 200",
    "POST /challenges/{public}/organize/people/": "302 403 403 403 403 403 200 200",
    "POST /challenges/{private}/organize/people/": "302 403 403 403 403 404 200 200",
    "POST /challenges/{draft}/organize/people/": "302 404 404 403 403 404 200 200",
    "GET /invitations/{invitation}/": "200 200 200 200 200 200 200 200",
    "POST /invitations/{invitation}/": "302 302 302 302 302 302 302 302",
    "GET /invitations/nothing/": "404 404 404 404 404 404 404 404",
    # --- teams: ``participant`` owns one, ``other`` is in it; nobody else may know of it, not even staff
    "GET /teams/": "302 200 200 200 200 200 200 200",
    "POST /teams/": "302 302 302 302 302 302 302 302",
    "GET /teams/{team}/": "302 200 200 404 404 404 404 404",
    "POST /teams/{team}/": "302 302 403 404 404 404 404 404",
    "GET /teams/join/{team_secret}/": "200 200 200 200 200 200 200 200",
    "POST /teams/join/{team_secret}/": "302 302 302 302 302 302 302 302",
    "GET /teams/join/nothing/": "404 404 404 404 404 404 404 404",
    # --- versions of a board; the first one changed nothing
    "GET /challenges/{public}/leaderboard/versions/": "200 200 200 200 200 200 200 200",
    "GET /challenges/{private}/leaderboard/versions/": "404 200 200 200 200 404 200 200",
    "GET /challenges/{draft}/leaderboard/versions/": "404 404 404 200 200 404 200 200",
    "GET /challenges/{public}/leaderboard/versions/1/": "200 200 200 200 200 200 200 200",
    "GET /challenges/{private}/leaderboard/versions/1/": "404 200 200 200 200 404 200 200",
    "GET /challenges/{public}/leaderboard/versions/2/": "404 404 404 404 404 404 404 404",
    "GET /challenges/{public}/leaderboard/versions/1/changes/": "404 404 404 404 404 404 404 404",
    "GET /challenges/{public}/organize/rescoring": "302 403 403 403 200 403 200 200",
    "GET /challenges/{private}/organize/rescoring": "302 403 403 403 200 404 200 200",
    "GET /challenges/{draft}/organize/rescoring": "302 404 404 403 200 404 200 200",
    "POST /challenges/{public}/organize/rescoring": "302 403 403 403 400 403 400 400",
    "POST /challenges/{private}/organize/rescoring": "302 403 403 403 400 404 400 400",
    "GET /notices/": "302 200 200 200 200 200 200 200",
    # --- submissions of ``participant``: one on the board, one queued
    "GET /submissions/{public_scored}/": "200 200 200 200 200 200 200 200",
    "GET /submissions/{private_scored}/": "404 200 200 200 200 404 200 200",
    "GET /submissions/{draft_scored}/": "404 200 404 200 200 404 200 200",
    "GET /submissions/{public_waiting}/": "404 200 404 200 200 404 200 200",
    "GET /submissions/{private_waiting}/": "404 200 404 200 200 404 200 200",
    "GET /submissions/{public_scored}/result.json": "404 200 404 200 200 404 200 200",
    "GET /submissions/{private_scored}/result.json": "404 200 404 200 200 404 200 200",
    "GET /submissions/{public_waiting}/files/apple.csv": "404 200 404 200 200 404 200 200",
    "GET /submissions/{private_waiting}/files/apple.csv": "404 200 404 200 200 404 200 200",
    "POST /submissions/{private_waiting}/cancel": "302 302 404 404 404 404 404 404",
    # --- the review of a round; the forms are sent while the phase is open, when only the team may withdraw
    "GET /challenges/{public}/decisions/": "200 200 200 200 200 200 200 200",
    "GET /challenges/{private}/decisions/": "404 200 200 200 200 404 200 200",
    "GET /challenges/{draft}/decisions/": "404 404 404 200 200 404 200 200",
    "POST /submissions/{public_scored}/decide": "302 302 403 403 403 403 403 403",
    "POST /submissions/{private_scored}/decide": "302 302 403 403 403 404 403 403",
    "POST /submissions/{private_waiting}/decide": "302 302 404 403 403 404 403 403",
    "GET /api/v1/challenges/{public}/board.json": "200 200 200 200 200 200 200 200",
    "GET /api/v1/challenges/{private}/board.json": "404 200 200 200 200 404 200 200",
    "GET /api/v1/challenges/{draft}/board.json": "404 404 404 200 200 404 200 200",
    "GET /api/v1/challenges/{public}/decisions/": "200 200 200 200 200 200 200 200",
    "GET /api/v1/challenges/{private}/decisions/": "404 200 200 200 200 404 200 200",
    "GET /api/v1/challenges/{draft}/decisions/": "404 404 404 200 200 404 200 200",
    # --- e-mails: anyone who has the link at the end of one may use it
    "GET /accounts/mail/": "302 200 200 200 200 200 200 200",
    "POST /accounts/mail/": "302 302 302 302 302 302 302 302",
    "GET /unsubscribe/nothing": "404 404 404 404 404 404 404 404",
    "POST /unsubscribe/nothing": "404 404 404 404 404 404 404 404",
    # --- announcements, and how the challenge runs
    "GET /challenges/{public}/announcements/": "200 200 200 200 200 200 200 200",
    "GET /challenges/{private}/announcements/": "404 200 200 200 200 404 200 200",
    "GET /challenges/{draft}/announcements/": "404 404 404 200 200 404 200 200",
    "GET /challenges/{public}/organize/announcements": "302 403 403 403 200 403 200 200",
    "GET /challenges/{private}/organize/announcements": "302 403 403 403 200 404 200 200",
    "POST /challenges/{private}/organize/announcements": "302 403 403 403 302 404 302 302",
    "GET /challenges/{public}/organize/operations": "302 403 403 403 200 403 200 200",
    "GET /challenges/{private}/organize/operations": "302 403 403 403 200 404 200 200",
    "GET /challenges/{draft}/organize/operations": "302 404 404 403 200 404 200 200",
    "GET /challenges/{private}/organize/submissions.csv": "302 403 403 403 200 404 200 200",
    "GET /challenges/{public}/organize/submissions.json": "302 403 403 403 200 403 200 200",
    "POST /challenges/{public}/organize/archive": "302 403 403 403 200 403 200 200",
    "POST /challenges/{private}/organize/archive": "302 403 403 403 200 404 200 200",
    "GET /challenges/{public}/organize/log": "302 403 403 403 403 403 200 200",
    "GET /challenges/{private}/organize/log": "302 403 403 403 403 404 200 200",
    "GET /challenges/{draft}/organize/log": "302 404 404 403 403 404 200 200",
    "GET /api/v1/challenges/{public}/log/": "401 403 403 403 403 403 200 200",
    "GET /api/v1/challenges/{private}/log/": "401 403 403 403 403 404 200 200",
    "GET /api/v1/challenges/{draft}/log/": "401 404 404 403 403 404 200 200",
    "POST /organize/ask": "302 302 302 302 302 302 302 302",
    "GET /organize/ask": "302 405 405 405 405 405 405 405",
    # --- the API; the posted bundle has the address of the private challenge
    "GET /schemas/challenge-1.json": "200 200 200 200 200 200 200 200",
    "POST /api/v1/challenges/": "401 400 400 400 201 400 201 201",
    "GET /api/v1/submissions/{private_scored}/": "404 200 200 200 200 404 200 200",
    "GET /api/v1/submissions/{private_waiting}/": "404 200 404 200 200 404 200 200",
    "GET /api/v1/challenges/{public}/": "200 200 200 200 200 200 200 200",
    "GET /api/v1/challenges/{private}/": "404 200 200 200 200 404 200 200",
    "GET /api/v1/challenges/{draft}/": "404 404 404 200 200 404 200 200",
    "GET /api/v1/challenges/{private}/files/": "404 200 200 200 200 404 200 200",
    "GET /api/v1/challenges/{private}/files/public/pool.parquet": "404 200 200 200 200 404 200 200",
    "GET /api/v1/challenges/{private}/leaderboard/": "404 200 200 200 200 404 200 200",
    "GET /api/v1/challenges/{private}/leaderboard.csv": "404 200 200 200 200 404 200 200",
    "GET /api/v1/challenges/{public}/leaderboard/versions/": "200 200 200 200 200 200 200 200",
    "GET /api/v1/challenges/{private}/leaderboard/versions/": "404 200 200 200 200 404 200 200",
    "GET /api/v1/challenges/{public}/leaderboard/versions/1/": "200 200 200 200 200 200 200 200",
    "GET /api/v1/challenges/{private}/leaderboard/versions/1/": "404 200 200 200 200 404 200 200",
    "GET /api/v1/challenges/{draft}/leaderboard/versions/1/": "404 404 404 200 200 404 200 200",
    "GET /api/v1/challenges/{public}/leaderboard/versions/1/changes.csv": "404 404 404 404 404 404 404 404",
    "GET /api/v1/challenges/{private}/leaderboard/versions/1/changes.csv": "404 404 404 404 404 404 404 404",
    "POST /api/v1/challenges/{private}/check/": "401 200 200 200 200 404 200 200",
    "GET /api/v1/challenges/{private}/submissions/": "401 200 200 200 200 404 200 200",
    "POST /api/v1/challenges/{private}/submissions/": "401 201 201 201 201 404 201 201",
    "POST /api/v1/challenges/{draft}/submissions/": "401 404 404 403 403 404 403 403",
}

TABLE |= WAY


def _upload() -> dict[str, Any]:
    return {"name": "new", "files": factories.form_files()}


def _bundle() -> dict[str, Any]:
    """A zipped bundle with the address of the private challenge."""
    content = io.BytesIO()
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(content, "w") as archive:
        folder = write_bundle(Path(name), slug="a-private", title="Private")
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder))
    return {"bundle": SimpleUploadedFile("bundle.zip", content.getvalue())}


FORMS: dict[str, Callable[[], dict[str, Any]]] = {
    "frontend:organize-announcements": lambda: {"title": "News", "body": "Read."},
    "frontend:decide": lambda: {"kind": "withdrawal", "text": "A mistake of ours."},
    "frontend:check": _upload,
    "frontend:people": lambda: {"action": "invite", "role": "judge"},
    "frontend:teams": lambda: {"name": "A new team"},
    "frontend:team": lambda: {"action": "rename", "name": "Another name"},
    "frontend:submit": _upload,
    "api:challenge-list": _bundle,
    "api:challenge-check": _upload,
    "api:challenge-submissions": _upload,
}
