"""What somebody learns of a job that they asked for."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from challenges.models import Phase
from leaderboard.accounts.export import account_data
from leaderboard.boards.rows import moment
from leaderboard.models import Notice, User
from tests import factories

pytestmark = pytest.mark.django_db

FRACTION = re.compile(r":\d\d\.0*[1-9]")


def test_an_evaluation_does_not_tell_how_long_it_took(phase: Phase, user: User) -> None:
    evaluation = factories.evaluate(factories.submission(phase, user), 0.5)
    client = Client()
    client.force_login(user)
    assert evaluation.job.finished_at is not None
    answer = client.get(f"/api/v1/jobs/{evaluation.job_id}/")
    assert answer.status_code == 200
    body = answer.json()
    assert body["finished"] == moment(evaluation.job.finished_at)[:19] + "Z"
    assert [body[name] for name in ("queued", "started", "finished") if FRACTION.search(body[name])] == []


def test_the_notice_of_a_score_does_not_tell_it_either(phase: Phase, user: User) -> None:
    Notice.objects.create(user=user, title="Scored")
    assert FRACTION.search(json.dumps(account_data(user)["notices"])) is None
