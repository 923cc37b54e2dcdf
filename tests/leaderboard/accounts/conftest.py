from __future__ import annotations

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from leaderboard.models import User
from tests import factories


@pytest.fixture
def stolen(user: User) -> Client:
    """A session of ada in somebody else's hands, who doesn't know her password."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def without_password(db: None) -> User:
    """Somebody who signs in only with a provider."""
    made = factories.user("linus")
    made.set_unusable_password()
    made.save()
    SocialAccount.objects.create(user=made, provider="github", uid="17")
    return made
