"""The published JSON Schema of ``challenge.yaml``: ``python -m evaluators.bundles.schema`` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

from evaluators.specification import json_schema

FILE = Path(__file__).resolve().parent.parent.parent / "docs" / "challenge.schema.json"


def schema_text() -> str:
    """The schema as it is kept in the tree and served by the site."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text())
