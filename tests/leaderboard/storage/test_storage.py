"""The contract that every object store must meet."""

from __future__ import annotations

import io
import os
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from leaderboard.environment import load
from leaderboard.storage import MissingObject, ObjectStore
from leaderboard.storage.local import LocalStore
from leaderboard.storage.s3 import S3Store
from tests.factories import sha256
from tests.live_site import wait_for
from tests.s3_server import s3_server


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Store]:
    """The configured S3, or a server started for these tests."""
    if os.environ.get("RATCHET_S3_BUCKET"):
        yield _s3(dict(os.environ))
        return
    with s3_server(tmp_path_factory.mktemp("s3")) as variables:
        yield _s3(variables)


def _s3(variables: dict[str, str], *, browsers_reach_it: bool = True) -> S3Store:
    environment = load({name: value for name, value in variables.items() if name.startswith("RATCHET_S3_")})
    return S3Store(
        environment.s3_bucket,
        endpoint_url=str(environment.s3_endpoint_url),
        public_endpoint_url=str(environment.s3_endpoint_url) if browsers_reach_it else None,
        region=environment.s3_region,
        access_key_id=environment.s3_access_key_id,
        secret_access_key=environment.s3_secret_access_key.get_secret_value(),
    )


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return request.getfixturevalue("s3") if request.param == "s3" else LocalStore(tmp_path / "objects")


@pytest.mark.parametrize("content", [b"", b"id\npool-1\n", os.urandom(3 * 1024 * 1024 + 1)])
def test_what_was_put_comes_back(store: ObjectStore, content: bytes) -> None:
    stored = store.put(io.BytesIO(content))
    assert (stored.sha256, stored.size) == (sha256(content), len(content))
    assert store.exists(stored.sha256)
    with store.open(stored.sha256) as stream:
        assert stream.read() == content


def test_only_the_rest_of_a_stream_is_put(store: ObjectStore) -> None:
    stream = io.BytesIO(b"head and tail")
    stream.seek(5)
    assert store.put(stream).sha256 == sha256(b"and tail")


def test_the_same_bytes_are_stored_once(store: ObjectStore) -> None:
    content = os.urandom(50)
    assert [store.put(io.BytesIO(content)).created for _ in range(2)] == [True, False]


def test_a_missing_object_is_said_to_be_missing(store: ObjectStore) -> None:
    missing = sha256(os.urandom(8))
    assert not store.exists(missing)
    with pytest.raises(MissingObject), store.open(missing):
        pass
    store.delete(missing)


def test_a_deleted_object_is_gone(store: ObjectStore) -> None:
    stored = store.put(io.BytesIO(os.urandom(50)))
    store.delete(stored.sha256)
    assert not store.exists(stored.sha256)


def test_the_list_of_old_objects_leaves_out_what_is_newer(store: ObjectStore) -> None:
    stored = store.put(io.BytesIO(os.urandom(50)))
    now = datetime.now(UTC)
    assert stored.sha256 in list(store.list_older_than(now + timedelta(minutes=1)))
    assert stored.sha256 not in list(store.list_older_than(now - timedelta(minutes=1)))


def test_what_is_put_again_is_as_new(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the sweep could remove the object while its second upload is being recorded."""
    monkeypatch.setattr("leaderboard.storage.s3.FRESH", timedelta(0))
    content = os.urandom(50)
    stored = store.put(io.BytesIO(content))
    # S3 counts whole seconds, and a file system's clock may be some milliseconds late.
    between = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    wait_for(lambda: datetime.now(UTC) > between + timedelta(milliseconds=50), what="the next second")
    store.put(io.BytesIO(content))
    assert stored.sha256 not in list(store.list_older_than(between))


def test_a_stream_that_breaks_leaves_nothing(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        store.put(_Breaking())
    assert not store.exists(sha256(b"first piece"))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


class _Breaking(io.RawIOBase, BinaryIO):
    def __init__(self) -> None:
        self._pieces = [b"first piece"]

    def read(self, size: int = -1) -> bytes:
        if self._pieces:
            return self._pieces.pop()
        raise ConnectionResetError


def test_an_address_leads_to_the_bytes_under_the_name_for_people(store: ObjectStore) -> None:
    stored = store.put(io.BytesIO(b"public rows"))
    address = store.url(stored.sha256, filename="pöol.parquet", media_type="application/x-test")
    if address is None:
        assert isinstance(store, LocalStore)
        return
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.read() == b"public rows"
        assert answer.headers["Content-Type"] == "application/x-test"
        assert "p%C3%B6ol.parquet" in answer.headers["Content-Disposition"]


def test_browsers_are_not_sent_to_a_server_that_only_we_reach() -> None:
    variables = {"RATCHET_S3_BUCKET": "inside", "RATCHET_S3_ENDPOINT_URL": "http://store:8333"}
    store = _s3(variables, browsers_reach_it=False)
    assert store.url("0" * 64, filename="pool.parquet", media_type="application/x-test") is None


def test_a_healthy_store_says_nothing(store: ObjectStore) -> None:
    store.probe()


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file is in the way")
    with pytest.raises(OSError):
        LocalStore(tmp_path / "objects").probe()


@pytest.mark.slow
def test_a_bucket_that_is_not_there_says_so(s3: S3Store) -> None:
    s3._bucket, kept = "no-such-bucket", s3._bucket
    try:
        with pytest.raises(Exception, match="404|NoSuchBucket|Not Found"):
            s3.probe()
    finally:
        s3._bucket = kept
