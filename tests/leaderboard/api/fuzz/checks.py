"""What must hold for every answer: what schemathesis checks, and what it can't."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from schemathesis import Case, CheckContext, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

BOM = "\ufeff"


def listed_status(context: CheckContext, response: Response, case: Case) -> None:
    """The operation lists the status itself. ``status_code_conformance`` lets the default response cover any."""
    listed = case.operation.definition.raw["responses"]
    assert str(response.status_code) in listed, f"status {response.status_code} is not listed: {sorted(listed)}"


def problem_details(context: CheckContext, response: Response, case: Case) -> None:
    """An error is a problem detail with the status of the answer and a sentence."""
    if response.status_code < 400:
        return
    assert response.headers["content-type"] == ["application/problem+json"], response.headers["content-type"]
    body = response.json()
    assert body["status"] == response.status_code, body
    assert body.get("detail"), body


def csv_as_documented(context: CheckContext, response: Response, case: Case) -> None:
    """A table has the documented columns, every row as many cells, and the mark for Excel only if it was asked for."""
    if response.status_code != 200 or not response.headers["content-type"][0].startswith("text/csv"):
        return
    described = case.operation.definition.raw["responses"]["200"]["content"]["text/csv"]["schema"]["description"]
    text = response.content.decode("utf-8")
    asked = str((case.query or {}).get("bom", "")).lower() in ("1", "true")
    assert text.startswith(BOM) == asked, (text[:20], case.query)
    columns, *rows = csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), strict=True)
    assert columns == re.findall(r"`(\w+)`", described), columns
    assert {len(row) for row in rows} <= {len(columns)}
    assert text.endswith("\r\n")


def safe_headers(context: CheckContext, response: Response, case: Case) -> None:
    """No answer is sniffed for another type, framed, or read by other sites."""
    assert response.headers["x-content-type-options"] == ["nosniff"]
    assert response.headers["cross-origin-resource-policy"] == ["same-origin"]
    assert "content-security-policy" in response.headers
    # One that isn't ours is taken away.
    assert case.cookies or "set-cookie" not in response.headers


CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    response_schema_conformance,
    content_type_conformance,
    response_headers_conformance,
    listed_status,
    problem_details,
    csv_as_documented,
    safe_headers,
]


def refused(context: CheckContext, response: Response, case: Case) -> None:
    """What the schema forbids is not answered; a job may find it out later."""
    assert response.status_code == 202 or 400 <= response.status_code < 500, "an invalid request was answered"


def readable(context: CheckContext, response: Response, case: Case) -> bool | None:
    """``positive_data_acceptance``, but a NUL is refused in every address, which no schema of a parameter says."""
    return None if "%00" in (response.request.url or "") else positive_data_acceptance(context, response, case)


def taken(context: CheckContext, response: Response, case: Case) -> None:
    """What the schema allows is not called invalid."""
    assert response.status_code != 400, "a valid request was refused"


JUDGING: list[Any] = [negative_data_rejection, readable]
"""Whether the answer fits to what the schema says about the request."""
