"""Selects the object store of this installation."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from leaderboard.storage.interface import ObjectStore
from leaderboard.storage.local import LocalStore
from leaderboard.storage.s3 import S3Store


@cache
def object_store() -> ObjectStore:
    """S3 if a bucket is configured, otherwise a local folder. One per process, so that connections are reused."""
    environment = settings.ENVIRONMENT
    if not environment.s3_bucket:
        return LocalStore(settings.OBJECTS_DIR)
    return S3Store(
        environment.s3_bucket,
        endpoint_url=_text(environment.s3_endpoint_url),
        public_endpoint_url=_text(environment.s3_public_endpoint_url),
        region=environment.s3_region,
        access_key_id=environment.s3_access_key_id,
        secret_access_key=environment.s3_secret_access_key.get_secret_value(),
    )


def _text(url: object) -> str | None:
    return str(url) if url is not None else None
