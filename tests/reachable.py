"""Are the servers of the second leg there? ``python -m tests.reachable``: exit code 0, or 1 with the reason."""

from __future__ import annotations

import os
import sys

import psycopg
import redis


def main() -> str:
    """Empty if all is there, else a sentence."""
    try:
        psycopg.connect(os.environ["TEST_DATABASE_URL"], connect_timeout=3).close()
    except psycopg.OperationalError:
        return "there is no PostgreSQL server at TEST_DATABASE_URL"
    try:
        redis.Redis.from_url(os.environ["TEST_BROKER_URL"], socket_connect_timeout=3).ping()
    except redis.RedisError:
        return "there is no Redis server at TEST_BROKER_URL"
    return ""


if __name__ == "__main__":
    sys.exit(main() or None)
