"""Send random requests of every operation as every kind of user, each in a savepoint that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import schemathesis
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation

from leaderboard.wsgi import application
from tests.leaderboard.api.fuzz.checks import CHECKS, JUDGING, refused, taken
from tests.leaderboard.api.fuzz.requests import Request, requests
from tests.leaderboard.api.fuzz.tally import Tally
from tests.leaderboard.api.fuzz.world import KINDS, World

SLOW = ("GET /api/v1/schema/",)
"""Asked a tenth as often, on top of the others: making the document takes half a second."""


def run(world: World, *, cases: int, seed: int = 0, only: str = "") -> Tally:
    """At least this many requests, as many of each operation for each kind of user; ``only`` is a part of a route."""
    tally = Tally()
    with _kept_connection():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
        # An operation at the place of the schema would be left out.
        schema.location = None
        operations = [found.ok() for found in schema.get_all_operations() if only in found.ok().label]
        often = [operation for operation in operations if operation.label not in SLOW]
        each = -(-cases // (len(often or operations) * len(KINDS)))
        for number, kind in enumerate(KINDS):
            for operation in operations:
                wanted = max(each // 10, 3) if operation.label in SLOW else each
                _run(operation, world, kind, tally, cases=wanted, seed=len(KINDS) * seed + number)
    return tally


def _run(
    operation: APIOperation[Any, Any, Any], world: World, kind: str, tally: Tally, *, cases: int, seed: int
) -> None:
    # What fails is noted and not raised, so every case counts and nothing has to be shrunk.
    @seeded(seed)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests(operation, world, kind))
    def answers_as_promised(request: Request) -> None:
        _answer(request, kind, tally)

    answers_as_promised()


def _answer(request: Request, kind: str, tally: Tally) -> None:
    case = request.case
    label = case.operation.label
    # Otherwise limits would answer instead of the views.
    caches["requests"].clear()
    try:
        with transaction.atomic():
            response = case.call(headers=request.headers)
            transaction.set_rollback(True)
        # As on the wire: DRF's links are a subclass of text, which the checks don't take.
        response.headers = {name: [str(value) for value in values] for name, values in response.headers.items()}
        tally.count(kind, label, response.status_code)
        case.validate_response(response, checks=[*CHECKS, *_judges(request)], headers=request.headers)
    except FailureGroup as failures:
        for failure in failures.exceptions:
            tally.fail(kind, label, str(failure).splitlines()[0], f"{failure}\n{failures}")


def _judges(request: Request) -> list[Any]:
    if request.judged:
        return JUDGING
    return [] if request.is_valid is None else [taken if request.is_valid else refused]


@contextmanager
def _kept_connection() -> Iterator[None]:
    """Keep the connection open: a server closes it after each request, but it holds the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
