"""Digests of hidden data in a form that everyone may read.

A plain SHA-256 of a small hidden file is as good as the file: its rows can be guessed offline, one candidate after the
other, until the digest fits. A keyed digest (HMAC, RFC 2104) tells only whether two numbers are about the same data.
Who has the data and the key can compute it again.
"""

from __future__ import annotations

import hmac
import secrets

PREFIX = "hmac-sha256:"
KEY_CHARACTERS = 64


def new_key() -> str:
    """A random key: 256 bits in hex."""
    return secrets.token_hex(KEY_CHARACTERS // 2)


def keyed_digest(digest: str, *, key: str) -> str:
    """The form of a dataset's digest that may be shown, from the digest and the key, both in hex."""
    return PREFIX + hmac.digest(bytes.fromhex(key), bytes.fromhex(digest), "sha256").hex()
