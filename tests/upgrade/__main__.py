"""Compute and score every baseline of every demo challenge again: ``./run python -m tests.upgrade``.

Prints one line for each and exits 1 if the bytes of a result differ from those recorded by the older site.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.upgrade.state import BASELINE_SEED, BOARDS, DEMO, TREE


def main() -> int:
    before = json.loads(BOARDS.read_bytes())
    rows = [row for row in before["evaluations"] if row["baseline"] and row["is_current"]]
    slugs = sorted(slug for slug in {row["challenge"] for row in rows} if (DEMO / slug).is_dir())
    equal = True
    for slug in slugs:
        with tempfile.TemporaryDirectory() as work:
            store = ["--store", str(Path(work) / "store")]
            out = Path(work) / "files"
            _evaluators("baseline", "all", str(DEMO / slug), "--out", str(out), "--seed", str(BASELINE_SEED), *store)
            for row in (row for row in rows if row["challenge"] == slug):
                result = _evaluators("score", str(DEMO / slug), str(out / row["baseline"]), "--json", *store)
                same = hashlib.sha256(result).hexdigest() == row["result_sha256"]
                equal &= same
                score = json.loads(result)["score"]["value"]
                verdict = "equal" if same else f"OTHER BYTES, was {row['score']!r}"
                print(f"{slug:16} {row['baseline']:24} {score!r:>22}  {verdict}", flush=True)
    print("All are equal." if equal else "Some differ.")
    return 0 if equal else 1


def _evaluators(*arguments: str) -> bytes:
    command = [sys.executable, "-m", "evaluators", *arguments]
    return subprocess.run(command, cwd=TREE, check=True, capture_output=True).stdout


if __name__ == "__main__":
    sys.exit(main())
