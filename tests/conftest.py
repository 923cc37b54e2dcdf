"""What all tests of the site stand on: folders of their own, messages to workers that are recorded, a tiny
challenge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from challenges.drafts.bundles import load_bundle
from challenges.models import Phase
from challenges.publishing.publishing import publish
from evaluators.datasets import prepare_splits
from leaderboard.jobs.messages import app
from leaderboard.models import ApiToken, User
from leaderboard.storage import object_store
from leaderboard.web import health
from tests import factories
from tests.bundles import write_bundle


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite's database in a file, since tests of races need several connections, and in a new one for every run.

    Under a fixed name a run that was stopped would leave a write-ahead log behind that fits no other database.
    """
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def own_folders(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test touches the data of an installation."""
    folder = tmp_path_factory.mktemp("data")
    settings.OBJECTS_DIR = folder / "objects"
    settings.DATASETS_DIR = folder / "datasets"
    settings.SCRATCH_DIR = folder / "scratch"
    # Not the tree's: whoever collects the static files meanwhile takes them away under our hands.
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()
    # The manifest of static files is made by collectstatic, which tests do not need.
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    object_store.cache_clear()
    cache.clear()
    health.forget()
    yield folder
    object_store.cache_clear()


@pytest.fixture(autouse=True)
def messages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The evaluations that a worker was told of. No message leaves a test."""
    heard: list[int] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: heard.append(args[0]))
    return heard


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Public labels, two binary tasks, six rows each; see ``tests.bundles``."""
    return write_bundle(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture
def load(settings: LazySettings, db: None) -> Callable[..., Phase]:
    """Load a bundle directory, open a phase on it and publish it."""

    def load_and_open(bundle: Path, **phase: Any) -> Phase:
        # Without the sandbox, which takes half a second: the bundle is ours.
        version = load_bundle(bundle, store=object_store(), datasets=settings.DATASETS_DIR, preparing=prepare_splits)
        opened = factories.phase(version, **phase)
        publish(version.challenge, without_dry_run=True)
        return opened

    return load_and_open


@pytest.fixture
def phase(load: Callable[..., Phase], tiny_bundle: Path) -> Phase:
    """The open phase of the tiny challenge."""
    return load(tiny_bundle)


@pytest.fixture
def user(db: None) -> User:
    return factories.user("ada")


@pytest.fixture
def staff(db: None) -> User:
    return factories.user("grace", is_staff=True, is_superuser=True)


@pytest.fixture
def api() -> Callable[[User | None], Client]:
    """A client that sends a user's token."""

    def client_of(user: User | None) -> Client:
        if user is None:
            return Client()
        return Client(headers={"Authorization": f"Bearer {ApiToken.objects.issue(user)[1]}"})

    return client_of
