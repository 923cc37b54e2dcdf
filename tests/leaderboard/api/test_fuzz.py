"""The API keeps to its schema for the requests that schemathesis generates, and never answers with a 5xx."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from challenges.models import Phase
from leaderboard.models import ApiToken, User
from leaderboard.wsgi import application

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Keep the connection open: a server closes it after each request, but it holds the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.usefixtures("kept_connection")
def test_no_request_breaks_the_api(phase: Phase, user: User) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 11
    headers = {"Authorization": f"Bearer {ApiToken.objects.issue(user)[1]}"}
    answered: set[tuple[str, int]] = set()

    @settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(data=st.data())
    def answers_as_promised(data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from(operations))
        case = data.draw(operation.as_strategy())
        if "slug" in case.path_parameters:
            # An unknown slug would be answered before anything else is tested.
            case.path_parameters["slug"] = data.draw(st.sampled_from(["tiny", "unknown"]))
        caches["requests"].clear()  # otherwise rate limits would answer instead of the views
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
        answered.add((operation.path, response.status_code))

    answers_as_promised()
    assert {path for path, _ in answered} == {operation.path for operation in operations}
    assert ("/api/v1/challenges/{slug}/submissions/", 400) in answered
