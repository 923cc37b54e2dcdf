"""API tokens: how many an account may have."""

from __future__ import annotations

import pytest

from leaderboard.models import ApiToken, User
from leaderboard.teams import tokens
from tests.races import at_once, meeting


@pytest.mark.django_db(transaction=True)
def test_tokens_at_once_stay_within_the_limit(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_TOKENS", 1)
    monkeypatch.setattr(ApiToken.objects, "issue", meeting(ApiToken.objects.issue))
    assert at_once(*[lambda: tokens.create_token(user, "laptop")] * 2) == ["done", "refused"]
    assert ApiToken.objects.count() == 1
