"""The forms in which DataPerf took submissions, sent by page and API, scored in the sandbox: the declared scores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from challenges.members.rules import rules_sha256, take_part
from challenges.models import Phase
from leaderboard.models import Submission, SubmissionFile, User
from tests import factories
from tests.hostile.corpus import Case
from tests.hostile.test_forms import SCORED
from tests.hostile.test_through_the_site import FORM, Api, form

Load = Callable[..., Phase]


@pytest.fixture(scope="module")
def challenges(load_for_module: Load, bundles: dict[str, Path]) -> dict[str, int]:
    names = {case.challenge for case in SCORED}
    return {slug: load_for_module(bundles[slug], daily_limit=2).pk for slug in sorted(names)}


@pytest.mark.parametrize("case", SCORED, ids=lambda case: f"{case.challenge}: {case}")
def test_page_and_api_keep_the_same_files_and_score_them_alike(
    case: Case, challenges: dict[str, int], user: User, client: Client, api: Api, db: None
) -> None:
    phase = Phase.objects.get(pk=challenges[case.challenge])
    take_part(user, phase, accepted=rules_sha256(phase))
    client.force_login(user)
    page = client.post(f"/challenges/{case.challenge}/submit", form(case), content_type=FORM)
    assert page.status_code == 302
    sent = Submission.objects.get()
    kept = set(SubmissionFile.objects.values_list("name", "sha256"))
    assert factories.run_queue() == 1
    sent.refresh_from_db()
    assert sent.evaluation is not None
    assert (sent.evaluation.status, sent.evaluation.score) == ("succeeded", case.score)

    answer = api(user).post(f"/api/v1/challenges/{case.challenge}/submissions/", form(case), content_type=FORM)
    assert answer.status_code == 201, answer.json()
    again = Submission.objects.exclude(pk=sent.pk).get()
    assert set(again.files.values_list("name", "sha256")) == kept
