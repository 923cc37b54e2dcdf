"""What a client may take of the server. All of it is decided before Django sees a request."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Times are in seconds, sizes in bytes, counts for one process.

    ``header_seconds`` bounds an idle connection too. A body, and the reading of an answer, may take
    ``patience_seconds`` plus one second for each ``least_rate`` bytes: a trickle ends, a slow line does not.
    ``connections_per_address`` of 0 means no limit, which is right behind a proxy: every client has its address.
    """

    header_seconds: float = 15
    patience_seconds: float = 30
    least_rate: int = 8 * KIB
    request_seconds: float = 300
    header_bytes: int = 32 * KIB
    small_body_bytes: int = 1 * MIB
    body_bytes: int = 512 * MIB
    bodies_per_account: int = 4
    connections: int = 1000
    connections_per_address: int = 300
    memory_bytes: int = 64 * KIB
    turn_bytes: int = 1 * MIB


FILES_PER_CONNECTION = 4
"""A socket, a spooled body, a spooled answer, a file that is being sent."""
