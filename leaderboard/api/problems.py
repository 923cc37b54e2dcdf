"""Errors of the API as problem details (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from evaluators.problems import Problem, ProblemsError
from leaderboard.submissions.intake import PhaseClosed, QuotaUsed
from leaderboard.web.problems import CONTENT_TYPE, problem_details

_UNREADABLE = (SuspiciousOperation, MultiPartParserError, UnreadablePostError, UnicodeError)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF calls this for an exception in a view; None turns the exception into a 500."""
    headers: dict[str, str] = {}
    if isinstance(error, ProblemsError):
        body = problem_details(_status_of(error), str(error), error.problems, omitted=error.omitted)
    elif isinstance(error, _UNREADABLE):
        body = problem_details(400, "The request could not be read: it is malformed, too large, or has too many parts.")
    else:
        known = _as_api_error(error)
        if known is None:
            return None
        body = _details_of(known)
        headers = _headers_of(known)
    set_rollback()
    # Also where the answer would have been a page or YAML.
    if (request := context.get("request")) is not None:
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def _status_of(error: ProblemsError) -> int:
    if isinstance(error, PhaseClosed):
        return 403
    return 429 if isinstance(error, QuotaUsed) else 400


def _as_api_error(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, Http404):
        return exceptions.NotFound(*error.args)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return error if isinstance(error, exceptions.APIException) else None


def _details_of(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error.detail, dict):
        fields = {name: [str(text) for text in texts] for name, texts in error.detail.items()}
        detail = " ".join(f"{name}: {' '.join(texts)}" for name, texts in fields.items())
        return problem_details(error.status_code, detail, [Problem(" ".join(t), field=n) for n, t in fields.items()])
    if isinstance(error.detail, list):
        return problem_details(error.status_code, " ".join(str(text) for text in error.detail))
    return problem_details(error.status_code, str(error.detail))


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    return headers
