"""The location of the full parity set, which is not in the repository."""

from __future__ import annotations

import os
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]


def parity_folder() -> Path | None:
    """``RATCHET_PARITY_DIR``, else the folder ``shared/parity`` beside the repository; None if it does not exist."""
    folder = Path(os.environ.get("RATCHET_PARITY_DIR") or TREE.parent / "shared/parity")
    return folder if (folder / "reference_scores.json").is_file() else None
