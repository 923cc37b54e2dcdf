"""Check that the servers of the second test run are reachable: ``python -m tests.reachable`` exits with 0 or 1.

With 1, it prints the reason.
"""

from __future__ import annotations

import os
import sys

import psycopg
import redis


def main() -> str:
    """The reason why a server isn't reachable; empty if all are."""
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
