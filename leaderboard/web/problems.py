"""Problem details (RFC 9457), the format of errors under ``/api/``."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

from evaluators.problems import Problem

CONTENT_TYPE = "application/problem+json"


def problem_details(status: int, detail: str = "", problems: Sequence[Problem] = (), **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    if problems:
        body["problems"] = [problem.as_dict() for problem in problems]
    return body | more


def problem_response(status: int, detail: str = "") -> JsonResponse:
    """For errors outside of the API's views."""
    return JsonResponse(problem_details(status, detail), status=status, content_type=CONTENT_TYPE)
