"""What an authenticator app computes (RFC 6238), for tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time


def code_of(secret: str, *, later: int = 0) -> str:
    """The six digits that an app shows for this key now, or ``later`` seconds from now."""
    key = base64.b32decode(secret.strip().upper())
    digest = hmac.new(key, struct.pack(">Q", (int(time.time()) + later) // 30), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
