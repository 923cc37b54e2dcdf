"""JSON in a canonical form, so that documents can be compared byte by byte."""

from __future__ import annotations

import json


def canonical(document: object) -> bytes:
    """The document with sorted keys, one value in a line.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8", "backslashreplace") + b"\n"
