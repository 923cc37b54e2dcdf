"""The parity data in the repository; ``python -m tests.parity.shipped FOLDER`` builds it from the full set.

The pool of images is reduced to rows that the submissions name: an evaluator that joins by id reads no others.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

DATA = Path(__file__).resolve().parent / "data"
SCORES, ONLINE = "reference_scores.json", "online_scores.json"
CHALLENGES = ("acquisition", "vision-selection")
POOL = "embeddings/train_emb_256_dataperf.parquet"
EPOCH = (2026, 1, 1, 0, 0, 0)


def unpacked(challenge: str, folder: Path) -> Path:
    """Unpack a shipped challenge into ``folder``; return its folder, which has the layout of the full set."""
    with zipfile.ZipFile(DATA / f"{challenge}.zip") as archive:
        archive.extractall(folder / challenge)
    return folder / challenge


def expected(challenge: str) -> dict[str, Any]:
    """The offline evaluator's scores on today's libraries."""
    scores: dict[str, Any] = json.loads((DATA / SCORES).read_bytes())[challenge]
    return scores


def expected_online(challenge: str) -> dict[str, Any]:
    """The site's scores with the libraries of 2023."""
    scores: dict[str, Any] = json.loads((DATA / ONLINE).read_bytes())[challenge]
    return scores


def main(source: Path) -> None:
    scores = json.loads((source / SCORES).read_bytes())
    kept = {challenge: scores[challenge] for challenge in CHALLENGES}
    (DATA / SCORES).write_text(json.dumps(kept, indent=1) + "\n")
    online = json.loads((source / ONLINE).read_bytes())["libraries of the time"]
    kept = {challenge: online[challenge] for challenge in CHALLENGES}
    (DATA / ONLINE).write_text(json.dumps(kept, indent=1) + "\n")
    for challenge in CHALLENGES:
        folder = source / challenge
        with zipfile.ZipFile(DATA / f"{challenge}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder).as_posix()
                if path.is_file():
                    content = _named_rows(folder) if name == POOL else path.read_bytes()
                    archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)


def _named_rows(folder: Path) -> bytes:
    lines = [line for path in (folder / "train_sets").iterdir() for line in path.read_text().splitlines()[1:]]
    named = pa.array({line.partition(",")[0] for line in lines})
    rows = pq.read_table(folder / POOL)
    content = io.BytesIO()
    pq.write_table(rows.filter(pc.is_in(rows["ImageID"], named)), content, use_dictionary=False)
    return content.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
