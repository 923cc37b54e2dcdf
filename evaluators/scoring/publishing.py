"""A result as participants may read it: it tells nothing about a hidden file but the scores."""

from __future__ import annotations

import json

from evaluators.datasets.keyed import keyed_digest
from evaluators.scoring.result import canonical


def published(content: bytes | str, *, key: str) -> bytes:
    """The result with its dataset's digest keyed, and without the names and digests of hidden files.

    Args:
        content: the recorded result, of any format that had these fields.
        key: the key of the dataset, see ``datasets.keyed``.
    """
    result = json.loads(content)
    inputs = result["data"]
    inputs["dataset"] = keyed_digest(inputs["dataset"], key=key)
    inputs["sources"] = {name: sha256 for name, sha256 in inputs["sources"].items() if name.startswith("public/")}
    return canonical(result)
