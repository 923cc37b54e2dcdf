"""Objects in a bucket of any S3 service. The only module that uses boto3."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, BinaryIO, cast
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from leaderboard.storage.interface import MissingObject, StoredObject, copy_and_hash

URL_SECONDS = 600
SPOOL_BYTES = 8 * 1024 * 1024
FRESH = timedelta(hours=1)
_PREFIX = "objects/"
_MISSING = {"404", "NoSuchKey", "NotFound"}


class S3Store:
    """``public_endpoint_url`` is where browsers reach the server of ``endpoint_url``; without it, the site does not
    redirect them there.

    Amazon's own service (no ``endpoint_url``) can be reached by everyone.
    """

    def __init__(
        self,
        bucket: str,
        *,
        endpoint_url: str | None,
        public_endpoint_url: str | None,
        region: str,
        access_key_id: str,
        secret_access_key: str,
    ) -> None:
        self._bucket = bucket
        self._endpoint_url = endpoint_url
        self._public_endpoint_url = public_endpoint_url
        # Without keys boto3 uses its usual sources: a role or a profile.
        self._options: dict[str, Any] = {"region_name": region}
        if access_key_id:
            self._options |= {"aws_access_key_id": access_key_id, "aws_secret_access_key": secret_access_key}

    def put(self, stream: BinaryIO) -> StoredObject:
        # The key is the digest, which is known only at the end of the stream.
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
            sha256, size = copy_and_hash(stream, spool.write)
            put_at = self._put_at(sha256)
            # Put an older object again, which makes it new, so that the sweep does not remove it.
            if put_at is None or datetime.now(UTC) - put_at > FRESH:
                spool.seek(0)
                self._client.upload_fileobj(spool, self._bucket, _key(sha256))
        return StoredObject(sha256, size, created=put_at is None)

    @contextmanager
    def open(self, sha256: str) -> Iterator[BinaryIO]:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=_key(sha256))["Body"]
        except ClientError as error:
            if _code(error) in _MISSING:
                raise MissingObject(sha256) from error
            raise
        try:
            yield cast(BinaryIO, body)
        finally:
            body.close()

    def exists(self, sha256: str) -> bool:
        return self._put_at(sha256) is not None

    def _put_at(self, sha256: str) -> datetime | None:
        try:
            answer = self._client.head_object(Bucket=self._bucket, Key=_key(sha256))
        except ClientError as error:
            if _code(error) in _MISSING:
                return None
            raise
        return cast(datetime, answer["LastModified"])

    def delete(self, sha256: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=_key(sha256))

    def list_older_than(self, moment: datetime) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=_PREFIX)
        for page in pages:
            for item in page.get("Contents", ()):
                if item["LastModified"] < moment:
                    yield item["Key"].rpartition("/")[2]

    def url(self, sha256: str, *, filename: str, media_type: str) -> str | None:
        if self._endpoint_url is not None and self._public_endpoint_url is None:
            return None
        address: str = self._public_client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": _key(sha256),
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(filename)}",
                "ResponseContentType": media_type,
            },
            ExpiresIn=URL_SECONDS,
        )
        return address

    def probe(self) -> None:
        self._client.head_bucket(Bucket=self._bucket)

    @cached_property
    def _client(self) -> Any:
        return self._connect(self._endpoint_url)

    @cached_property
    def _public_client(self) -> Any:
        return self._connect(self._public_endpoint_url)

    def _connect(self, endpoint_url: str | None) -> Any:
        config = Config(
            signature_version="s3v4",
            connect_timeout=3,
            read_timeout=20,
            retries={"max_attempts": 3, "mode": "standard"},
            # All S3 services support path style and plain checksums; some support nothing else.
            s3={"addressing_style": "path" if endpoint_url else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # A session of its own, because the module's default session is not thread-safe.
        return boto3.session.Session().client("s3", endpoint_url=endpoint_url, config=config, **self._options)


def _key(sha256: str) -> str:
    return f"{_PREFIX}{sha256[:2]}/{sha256}"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
