"""The cache in which requests are counted where web processes share a Redis, which may be unavailable."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

AWAY_SECONDS = 5.0
"""How long Redis is not tried after a failure, since each attempt may cost a time-out."""

logger = logging.getLogger(__name__)


class FallbackRedisCache(BaseCache):
    """The cache operations that rate limits need, on Redis or, while it is unavailable, in memory.

    If it failed with Redis, so would every API call. While Redis is unavailable each process counts for itself: limits
    are looser, but the site works.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = RedisCache(server, params)
        self._memory = LocMemCache("while Redis is away", {**params, "OPTIONS": {}})
        self._away_until = 0.0

    def add(self, key: Any, value: Any, *arguments: Any, **options: Any) -> bool:
        return self._on_either(lambda cache: cache.add(key, value, *arguments, **options))

    def get(self, key: Any, *arguments: Any, **options: Any) -> Any:
        return self._on_either(lambda cache: cache.get(key, *arguments, **options))

    def set(self, key: Any, value: Any, *arguments: Any, **options: Any) -> None:
        self._on_either(lambda cache: cache.set(key, value, *arguments, **options))

    def touch(self, key: Any, *arguments: Any, **options: Any) -> bool:
        return self._on_either(lambda cache: cache.touch(key, *arguments, **options))

    def delete(self, key: Any, *arguments: Any, **options: Any) -> bool:
        return self._on_either(lambda cache: cache.delete(key, *arguments, **options))

    def incr(self, key: Any, *arguments: Any, **options: Any) -> int:
        return self._on_either(lambda cache: cache.incr(key, *arguments, **options))

    def clear(self) -> None:
        self._on_either(lambda cache: cache.clear())

    def _on_either(self, operation: Callable[[BaseCache], Any]) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return operation(self._redis)
            except redis.RedisError as error:
                self._away_until = time.monotonic() + AWAY_SECONDS
                logger.error("cache away error=%s", type(error).__name__)
        return operation(self._memory)
