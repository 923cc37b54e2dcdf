"""The permission table of the wizard, see ``organizer_table``.

Its challenges come from bundles, so the steps about files only say that they cannot be changed here.
"""

from __future__ import annotations

WAY: dict[str, str] = {
    "GET /organize/": "302 200 200 200 200 200 200 200",
    "GET /organize/new": "302 200 200 200 200 200 200 200",
    # An empty form: 400 for everyone who may send it.
    "POST /organize/new": "302 400 400 400 400 400 400 400",
    "GET /organize/bundle": "302 200 200 200 200 200 200 200",
    "POST /organize/bundle": "302 400 400 400 400 400 400 400",
    # Only for the one who sent the bundle; nobody here did.
    "GET /organize/bundle/0": "302 404 404 404 404 404 404 404",
    # Redirects to the current step of the challenge.
    "GET /challenges/{draft}/organize/": "302 404 404 403 302 404 302 302",
    "GET /challenges/{public}/organize/": "302 403 403 403 302 403 302 302",
    "POST /challenges/{draft}/organize/build": "302 404 404 403 302 404 302 302",
    "POST /challenges/{draft}/organize/take-out/0": "302 404 404 403 404 404 404 404",
    "POST /challenges/{draft}/organize/preview": "302 404 404 403 200 404 200 200",
    "GET /challenges/{draft}/organize/phases/new": "302 404 404 403 200 404 200 200",
    "GET /challenges/{draft}/organize/phases/0": "302 404 404 403 404 404 404 404",
    "POST /challenges/{draft}/organize/phases/0/remove": "302 404 404 403 404 404 404 404",
    "GET /challenges/{draft}/organize/delete": "302 404 404 403 403 404 200 200",
    "POST /challenges/{draft}/organize/delete": "302 404 404 403 403 404 400 400",
    "POST /challenges/{public}/organize/delete": "302 403 403 403 403 403 400 400",
}
for _step in ("files", "columns", "scoring", "texts", "phases", "data", "readiness"):
    WAY[f"GET /challenges/{{draft}}/organize/{_step}"] = "302 404 404 403 200 404 200 200"
WAY |= {
    "GET /challenges/{private}/organize/texts": "302 403 403 403 200 404 200 200",
    "GET /challenges/{public}/organize/phases": "302 403 403 403 200 403 200 200",
    "POST /challenges/{draft}/organize/files": "302 404 404 403 200 404 200 200",
    "POST /challenges/{draft}/organize/columns": "302 404 404 403 200 404 200 200",
    "POST /challenges/{public}/organize/texts": "302 403 403 403 400 403 400 400",
    # The form lacks the mark of the state it was based on, so it is refused as changed meanwhile.
    "POST /challenges/{public}/organize/phases": "302 403 403 403 409 403 409 409",
    "POST /challenges/{public}/organize/phases/new": "302 403 403 403 400 403 400 400",
}
