"""Write the published JSON Schema of ``challenge.yaml``: ``python -m evaluators.bundles.schema``."""

from __future__ import annotations

from pathlib import Path

from evaluators.specification.reading import schema_text

FILE = Path(__file__).resolve().parent.parent.parent / "docs" / "challenge.schema.json"


if __name__ == "__main__":
    FILE.write_text(schema_text())
