"""Fixtures for all tests of the site: separate folders, recorded messages to workers, and a tiny challenge."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import LazySettings, settings
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from challenges.drafts.bundles import Preparing, load_bundle
from challenges.models import Challenge, Phase
from challenges.naming.titles import is_taken
from challenges.publishing.publishing import publish
from evaluators import sandbox
from evaluators.datasets import PreparedDataset, prepare_splits
from leaderboard.accounts import sessions
from leaderboard.jobs import awaiting
from leaderboard.jobs.messages import app
from leaderboard.models import ApiToken, Lane, User
from leaderboard.storage import object_store
from leaderboard.web import health
from tests import factories
from tests.bundles import write_bundle
from tests.live_site import LiveSite


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder shared by the workers of one test run, for ``once``."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "run"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """A separate database for each worker. SQLite's is a file, because tests of races need several connections.

    The file is new for every run: under a fixed name, an interrupted run would leave a write-ahead log behind that
    doesn't fit the next database.
    """
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def data_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders' names next to each other, counted here because ``mktemp`` lists the whole directory each time."""
    base = tmp_path_factory.mktemp("data")
    return (base / str(number) for number in itertools.count())


@pytest.fixture(scope="session", autouse=True)
def for_all_tests() -> Iterator[None]:
    """No message leaves, and passwords, static files and the sandbox's self-test do not cost every test a moment."""
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    availability = import_module("evaluators.sandbox.availability")
    with (
        override_settings(STORAGES=storages, PASSWORD_HASHERS=hashers),
        mock.patch.object(availability, "REMEMBERED_SECONDS", 600),
        mock.patch.object(app, "send_task"),
    ):
        yield


def _folders(folder: Path) -> dict[str, Path]:
    return {
        name: folder / name.partition("_")[0].lower()
        for name in ("OBJECTS_DIR", "DATASETS_DIR", "SCRATCH_DIR", "CACHE_DIR")
    }


@pytest.fixture(scope="module")
def module_data(
    data_folders: Iterator[Path], django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Path]:
    """For fixtures that make, once for a module, what its tests begin with, in the database and in files.

    Whatever a test changes is undone: it works in a savepoint, and in folders of its own with links to these files.
    No test of such a module may need what it commits, nor change a file in place.
    """
    folder = next(data_folders)
    folder.mkdir()
    atomic = transaction.atomic()
    # What may not be in a transaction is allowed in one of a test.
    atomic._from_testcase = True
    with (
        override_settings(**_folders(folder)),
        django_db_blocker.unblock(),
        atomic,
        # Django's TestCase closes the connection behind each test.
        mock.patch.object(connections[DEFAULT_DB_ALIAS], "close"),
    ):
        object_store.cache_clear()
        yield folder
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def own_folders(request: pytest.FixtureRequest, settings: LazySettings, data_folders: Iterator[Path]) -> Iterator[Path]:
    """Keep every test away from the data of an installation."""
    folder = next(data_folders)
    if "module_data" in request.fixturenames:
        _link(request.getfixturevalue("module_data"), folder)
    else:
        folder.mkdir()
    for name, path in _folders(folder).items():
        setattr(settings, name, path)
    # Not the repository's folder, whose files disappear for a moment if static files are collected during the test.
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()
    object_store.cache_clear()
    caches["requests"].clear()
    health.forget()
    yield folder
    object_store.cache_clear()


@pytest.fixture
def full_disks() -> Iterator[None]:
    """All disks have room for a megabyte, which is less than their reserve."""
    with mock.patch("shutil.disk_usage", return_value=mock.Mock(total=2**40, free=2**20)):
        yield


def _link(source: Path, target: Path) -> None:
    """A second name for every file in ``source``; ``copytree`` would copy attributes, which takes twice as long."""
    target.mkdir()
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir():
                _link(source / entry.name, target / entry.name)
            else:
                os.link(entry.path, target / entry.name)


@pytest.fixture(autouse=True)
def messages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of jobs that were sent to a worker. No message leaves a test."""
    heard: list[int] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: heard.append(args[0]))
    return heard


ABOUT_SESSIONS = Path(__file__).parent / "leaderboard" / "accounts"


@pytest.fixture(autouse=True)
def sessions_are_not_recorded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first request of a session takes a few more queries, which tests of a page's queries leave out."""
    if ABOUT_SESSIONS not in request.path.parents:
        monkeypatch.setattr(sessions, "record", lambda request, session_key: None)


@pytest.fixture(scope="session", autouse=True)
def warm_sandboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Score as a worker does: one template serves the tests of this process."""
    sandbox.keep_warm(tmp_path_factory.mktemp("warm"))
    yield
    sandbox.keep_warm(None)


@pytest.fixture(scope="session", autouse=True)
def worker_beside() -> Iterator[None]:
    """A worker that does what a person waits for, as soon as a request waits for a job."""
    pause = partial(factories.run_queue, lanes=[Lane.INTERACTIVE])
    with mock.patch.multiple(awaiting, SECONDS=0.1, pause=pause):
        yield


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> Iterator[LiveSite]:
    """The demo as ``./run`` serves it, with scored baselines; tests add entries. See ``tests.workers.TOGETHER``."""
    running = LiveSite(tmp_path_factory.mktemp("site"), run_folder)
    try:
        running.start()
        running.load_demo()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Public labels, two binary tasks, six rows each; see ``tests.bundles``."""
    return write_bundle(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture(scope="session")
def prepare_once(tmp_path_factory: pytest.TempPathFactory) -> Preparing:
    """``prepare_splits`` that prepares each content only once; every caller gets a copy of the result."""
    store = tmp_path_factory.mktemp("prepared")
    splits_of: dict[bytes, list[PreparedDataset]] = {}

    def prepare(bundle: Path, datasets: Path) -> list[PreparedDataset]:
        content = _digest(bundle)
        if content not in splits_of:
            splits_of[content] = prepare_splits(bundle, store)
        return [_copied(dataset, datasets) for dataset in splits_of[content]]

    return prepare


def _digest(folder: Path) -> bytes:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.digest()


def _copied(dataset: PreparedDataset, datasets: Path) -> PreparedDataset:
    shutil.copytree(dataset.path, datasets / dataset.digest, dirs_exist_ok=True)
    return replace(PreparedDataset.open(datasets / dataset.digest), specification=dataset.specification)


@pytest.fixture
def load(db: None, prepare_once: Preparing) -> Callable[..., Phase]:
    """Load a bundle directory, open a phase on it and publish it."""
    return partial(_load, prepare_once)


@pytest.fixture(scope="module")
def load_for_module(module_data: Path, prepare_once: Preparing) -> Callable[..., Phase]:
    """The same for fixtures of a whole module."""
    return partial(_load, prepare_once)


def _load(preparing: Preparing, bundle: Path, **phase: Any) -> Phase:
    # Without the sandbox, which takes half a second: the bundle is ours.
    version = load_bundle(bundle, store=object_store(), datasets=settings.DATASETS_DIR, preparing=preparing)
    opened = factories.phase(version, **{"final_dataset_version": version.final_part, **phase})
    _give_a_title_of_its_own(version.challenge)
    publish(version.challenge, by=None, without_dry_run=True)
    return opened


def _give_a_title_of_its_own(challenge: Challenge) -> None:
    """Most bundles of tests are called alike, which challenges on one site must not be."""
    if is_taken(challenge.title, but=challenge):
        challenge.title = f"{challenge.title} {challenge.slug}"
        challenge.save(update_fields=["title"])


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
