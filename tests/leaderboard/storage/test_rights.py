"""Objects are their owner's only, wherever they are moved."""

from __future__ import annotations

import io
import stat
from pathlib import Path

from leaderboard.storage.local import LocalStore


def test_no_other_account_may_read_an_object(tmp_path: Path) -> None:
    LocalStore(tmp_path).put(io.BytesIO(b"hidden"))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o400]
