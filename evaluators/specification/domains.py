"""What the rows of a challenge are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Domain = Literal["text", "vision", "speech", "tabular", "other"]

DOMAINS: Mapping[str, str] = {
    "text": "Text",
    "vision": "Images",
    "speech": "Speech",
    "tabular": "Tables",
    "other": "Other data",
}
"""Their titles, in the order in which they are listed."""

if list(DOMAINS) != list(get_args(Domain)):
    raise RuntimeError("every domain has a title")
