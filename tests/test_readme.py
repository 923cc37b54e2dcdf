"""The README's commands work: its curl example is run, line by line, on the real site with the demo's challenges."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live_site import TREE, LiveSite, wait_for

pytestmark = pytest.mark.slow

README = (TREE / "README.md").read_text()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_lines_submit_and_read_the_board(demo_site: LiveSite, tmp_path: Path) -> None:
    token = demo_site.manage("apitoken", "researcher").strip()
    (block,) = re.findall(r"run by tests/test_readme.py -->\n```bash\n(.*?)```", README, re.DOTALL)
    script = block.replace("http://localhost:8000", demo_site.url).replace("./run python", sys.executable)
    here = tmp_path / "here"
    here.mkdir()
    (here / "challenges").symlink_to(TREE / "challenges")

    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=here,
        env=os.environ | {"TOKEN": token, "PYTHONPATH": str(TREE), "RATCHET_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"status":"queued"') + done.stdout.count('"status":"running"') >= 1
    pool = TREE / "challenges/demo/rare-nouns/public/pool-0.parquet"
    assert (here / "pool-0.parquet").read_bytes() == pool.read_bytes()

    def on_board() -> bool:
        entries = demo_site.get("challenges/rare-nouns/leaderboard/")["entries"]
        return "My first choice" in [entry["name"] for entry in entries]

    wait_for(on_board, what="the entry on the board")
    (offline,) = re.findall(r"^\$ \./run (python -m evaluators score .*--json)$", README, re.MULTILINE)
    scored = subprocess.run(
        [sys.executable, *offline.split()[1:], "--store", str(tmp_path / "store")],
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(TREE)},
        capture_output=True,
        check=True,
    )
    board = demo_site.get("challenges/rare-nouns/leaderboard/")["entries"]
    (entry,) = [entry for entry in board if entry["name"] == "My first choice"]
    assert json.loads(scored.stdout)["score"]["value"] == entry["score"]
