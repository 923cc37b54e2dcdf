"""How ``state.tar.xz`` and ``boards.json`` were created: ``./run python -m tests.upgrade.make FOLDER``.

This is a record. It uses the pages, API and commands of the site as it was then, and need not work with later code: the
test only needs the two files.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import numpy as np
import pyarrow.parquet as pq

from tests.live_site import TREE, LiveSite, wait_for
from tests.upgrade.state import ARCHIVE, BOARDS, api_boards, demo_objects
from tests.visitor import Visitor

PASSWORD = "rows-over-models-7"
ROWS, COLUMNS, BUDGET = 900, 24, 30
FAR = "2099-01-01T00:00"
REVIEW = "2099-06-01T00:00"
LEASE_SECONDS = "3"
FAULTS = 3
LOST = "given up after three workers"

FACTS = """
import json
from leaderboard.models import Evaluation
rows = Evaluation.objects.select_related("submission__phase__challenge", "submission__team", "board_version")
print(json.dumps([{
    "challenge": row.submission.phase.challenge.slug,
    "submission": str(row.submission_id),
    "team": row.submission.team.name,
    "name": row.submission.name,
    "baseline": row.submission.baseline,
    "board": row.board_version.number,
    "is_current": row.submission.evaluation_id == row.pk,
    "dataset": row.dataset_version.digest,
    "status": row.status,
    "score": row.score,
    "scorer": row.scorer,
    "result_sha256": row.result_sha256,
} for row in rows.order_by("pk")]))
"""
READINESS = """
import json
from challenges.models import Readiness
rows = Readiness.objects.values_list("dataset_version__challenge__slug", "state")
print(json.dumps(dict(rows)))
"""


class Maker:
    """The site and its users."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = LiveSite(folder, RATCHET_LEASE_SECONDS=LEASE_SECONDS, RATCHET_REAPER_SECONDS="0.5")
        self.tokens: dict[str, str] = {}
        self.browsers: dict[str, Visitor] = {}
        self.sent: dict[str, str] = {}

    def account(self, name: str, password: str) -> None:
        self.browsers[name] = Visitor(self.site.url).sign_in(name, password)
        self.tokens[name] = self.site.manage("apitoken", name, "--name", "upgrade").strip().splitlines()[-1]

    def sign_up(self, name: str) -> None:
        visitor = Visitor(self.site.url)
        fields = {"email": f"{name}@example.org", "username": name, "password1": PASSWORD, "password2": PASSWORD}
        visitor.send("/accounts/signup/", having="password2", **fields)
        pattern = rf"To: {name}@example\.org[\s\S]*?(http://\S+/accounts/confirm-email/\S+/)"
        address = wait_for(lambda: self.site.log_matches(pattern), what="an e-mail")[-1]
        visitor.send(address, to="/accounts/confirm-email/")
        self.account(name, PASSWORD)

    def files_of(self, slug: str, baseline: str, seed: int) -> dict[str, bytes]:
        out = self.folder / "files" / f"{slug}-{baseline}-{seed}"
        bundle = TREE / "challenges" / "demo" / slug
        command = [sys.executable, "-m", "evaluators", "baseline", baseline, str(bundle), "--out", str(out)]
        command += ["--seed", str(seed), "--store", str(self.folder / "store")]
        subprocess.run(command, cwd=TREE, check=True, capture_output=True)
        return {path.name: path.read_bytes() for path in sorted(out.iterdir())}

    def submit(self, who: str, slug: str, files: dict[str, bytes], name: str, **fields: str) -> str:
        made = self.site.submit(slug, files, token=self.tokens[who], name=name, **fields)
        self.sent[name] = made["id"]
        return str(made["id"])

    def status(self, who: str, submission: str) -> str:
        return str(self.site.get(f"submissions/{submission}/", self.tokens[who])["status"])

    def progress(self, who: str, submission: str) -> tuple[str, int]:
        answer = self.site.get(f"submissions/{submission}/", self.tokens[who])
        return answer["status"], answer["attempt"]

    def scored(self, who: str, *submissions: str) -> None:
        for submission in submissions:
            wait_for(lambda one=submission: self.status(who, one) == "succeeded", seconds=300, every=0.3, what="scores")

    def facts(self, code: str) -> Any:
        return json.loads(self.site.manage("shell", "--verbosity", "0", "-c", code))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade.make", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder for the site; the demo that is in it already is kept")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    maker = Maker(folder)
    try:
        maker.site.start()
        maker.site.load_demo()
        document = _make(maker)
    finally:
        maker.site.stop()
    _pack(folder / "data", document)


def _make(maker: Maker) -> dict[str, Any]:
    maker.account("researcher", "choose-the-rows")
    maker.account("organizer", "choose-the-task")
    for name in ("ada", "bob", "carla"):
        maker.sign_up(name)
    _team(maker)
    ends = _published(maker)
    freezes = _freeze(maker, "digits")
    _submissions(maker)
    _half_way(maker, "half-way")
    _with_data(maker, "ready-to-go")
    _phase(maker, "ready-to-go")
    _wait_until(ends)
    _second_board(maker, "three-things")
    _review(maker)
    _rescore(maker, "noisy-digits")
    _announce(maker)
    _errored(maker)
    _with_data(maker, "dry-run-waits")
    _wait_until(freezes)
    _late(maker)
    _all_done(maker)
    return _end(maker)


def _team(maker: Maker) -> None:
    ada, bob = maker.browsers["ada"], maker.browsers["bob"]
    ada.send("/teams/", having="name", name="Night shift")
    page = ada.send("/teams/night-shift/", having="action", action="invite")
    link = re.findall(r"http://[^\s\"<]+/teams/join/[^\s\"<]+/", page)[0]
    bob.send(link, to=urlsplit(link).path)
    assert "Night shift" in bob.open("/teams/")


def _raw_files(seed: int) -> list[tuple[str, str, bytes]]:
    """Rows of a demo as an organizer has them: embeddings with ids as NPZ, labels as CSV in a different order."""
    table = pq.read_table(TREE / "challenges" / "demo" / "digits" / "hidden" / "test.parquet").slice(0, ROWS)
    vectors = np.array(table["embedding"].to_pylist(), dtype=np.float16)[:, :COLUMNS]
    archive = io.BytesIO()
    np.savez_compressed(archive, ids=np.array([f"row-{number:03d}" for number in range(ROWS)]), embeddings=vectors)
    order = np.random.default_rng(seed).permutation(ROWS)
    labels = "\n".join(["id,label", *(f"row-{number:03d},{table['label'][int(number)]}" for number in order)])
    return [("files", "vectors.npz", archive.getvalue()), ("files", "labels.csv", labels.encode())]


def _step(maker: Maker, slug: str, step: str, **changes: Any) -> str:
    """Answer one step of the wizard as soon as it is available."""
    address = f"/challenges/{slug}/organize/{step}"
    visitor = maker.browsers["organizer"]
    wait_for(lambda: 'name="seen"' in visitor.open(address), seconds=120, every=0.3, what=f"{slug}: {step}")
    return visitor.send(address, **changes)


def _upload(maker: Maker, slug: str, seed: int) -> None:
    about = {"title": slug.replace("-", " ").capitalize(), "kind": "selection", "domain": "other"}
    maker.browsers["organizer"].send("/organize/new", having="title", files=_raw_files(seed), **about)


def _half_way(maker: Maker, slug: str) -> None:
    """A draft whose files are read and whose columns are answered, nothing more."""
    _upload(maker, slug, 1)
    _step(maker, slug, "columns", test_share="30", seed="7")


def _with_data(maker: Maker, slug: str, **columns: str) -> None:
    _upload(maker, slug, 2 + len(slug))
    _step(maker, slug, "columns", test_share="25", **columns)
    _step(maker, slug, "scoring", budget=str(BUDGET))
    _step(maker, slug, "texts", description="Choose *well*.", rules="- Be fair.")


def _phase(maker: Maker, slug: str, **changes: str) -> None:
    """Save the phase, which starts a dry run, and wait for the dry run to end."""
    _step(maker, slug, "phases", **changes)
    wait_for(lambda: maker.facts(READINESS).get(slug) == "done", seconds=200, every=2, what=f"{slug}: dry run")


def _published(maker: Maker) -> datetime:
    """Publish a small challenge that ends soon and then scores its hidden split; return the time of the end."""
    slug, visitor = "three-things", maker.browsers["organizer"]
    _with_data(maker, slug, final_share="25")
    ends = _in_minutes(6)
    _phase(maker, slug, ends_at=f"{ends:%Y-%m-%dT%H:%M}", review_ends_at=REVIEW)
    address = f"/challenges/{slug}/organize/readiness"
    boxes = re.findall(r'name="acknowledge" value="([^"]+)"', visitor.open(address))
    page = visitor.send(address, having="do", do="publish", acknowledge=boxes)
    assert "is published" in page, page
    ids = _pool_ids(maker, slug)
    for number, (who, team) in enumerate((("ada", "night-shift"), ("carla", ""), ("researcher", ""))):
        content = "\n".join(["id", *ids[number * 100 : number * 100 + BUDGET]]).encode()
        files = {"choice.csv": content}
        maker.scored(who, maker.submit(who, slug, files, f"things of {who}", **({"team": team} if team else {})))
    return ends


def _second_board(maker: Maker, slug: str) -> None:
    versions = f"challenges/{slug}/leaderboard/versions/"
    wait_for(lambda: len(maker.site.get(versions)["results"]) == 2, seconds=300, every=1, what="the second board")


def _pool_ids(maker: Maker, slug: str) -> list[str]:
    code = f"""
import io, json
import pyarrow.parquet as pq
from challenges.models import DataFile
from leaderboard.storage import object_store
file = DataFile.objects.filter(dataset_version__challenge__slug={slug!r}, name__contains="public/pool").first()
with object_store().open(file.sha256) as source:
    print(json.dumps(pq.read_table(io.BytesIO(source.read()))["id"].to_pylist()))
"""
    return [str(item) for item in maker.facts(code)]


def _freeze(maker: Maker, slug: str) -> datetime:
    """Let the demo's phase freeze soon and end in the far future; return the time of the freeze."""
    visitor = maker.browsers["organizer"]
    number = re.findall(
        rf"/challenges/{slug}/organize/phases/(\d+)", visitor.open(f"/challenges/{slug}/organize/phases")
    )[0]
    freezes = _in_minutes(4)
    page = visitor.send(
        f"/challenges/{slug}/organize/phases/{number}", freezes_at=f"{freezes:%Y-%m-%dT%H:%M}", ends_at=FAR
    )
    assert "Saved." in page
    return freezes


def _submissions(maker: Maker) -> None:
    team = {"team": "night-shift"}
    plan: list[tuple[str, str, str, int, dict[str, str]]] = [
        ("ada", "digits", "random", 1, team),
        ("bob", "digits", "k-center", 2, team),
        ("carla", "digits", "random", 3, {}),
        ("researcher", "rare-nouns", "stratified", 7, {}),
        ("carla", "rare-nouns", "random", 8, {}),
        ("researcher", "keywords", "stratified", 9, {}),
        ("bob", "keywords", "random", 10, team),
        ("researcher", "noisy-digits", "knn-shapley", 11, {}),
        ("ada", "noisy-digits", "random", 12, team),
        ("carla", "noisy-digits", "confident-learning", 13, {}),
        ("researcher", "mended-digits", "random", 14, {}),
        ("carla", "mended-digits", "confident-learning", 15, {}),
        ("ada", "gloss-market", "proportional", 16, team),
        ("bob", "gloss-market", "random-seller", 17, team),
        ("carla", "gloss-market", "uniform", 18, {}),
    ]
    for who, slug, baseline, seed, fields in plan:
        name = f"{baseline} of {who}"
        maker.submit(who, slug, maker.files_of(slug, baseline, seed), name, **fields)
    for (
        who,
        *_,
    ) in plan:
        maker.scored(who, *(maker.sent[f"{one[2]} of {who}"] for one in plan if one[0] == who))


def _review(maker: Maker) -> None:
    """One entry is withdrawn by its team, one is questioned, one is disqualified."""
    for who, name, kind, text in (
        ("carla", "confident-learning of carla", "withdrawal", "It was a test of ours."),
        ("organizer", "things of carla", "question", "How were these rows chosen?"),
        ("organizer", "things of researcher", "disqualification", "Chosen with knowledge of the test set."),
    ):
        page = maker.browsers[who].send(f"/submissions/{maker.sent[name]}/", having="kind", kind=kind, text=text)
        assert "It is in the public log" in page, page


def _rescore(maker: Maker, slug: str) -> None:
    """Compute a second version of a board with the same scorer."""
    visitor = maker.browsers["organizer"]
    note = "Scored again, to see that nothing moves."
    visitor.send(f"/challenges/{slug}/organize/rescoring", having="cause", cause="scorer", note=note)
    _second_board(maker, slug)


def _announce(maker: Maker) -> None:
    fields = {"title": "The board freezes", "body": "What comes later is shown at the *end*.", "action": "publish"}
    maker.browsers["organizer"].send("/challenges/digits/organize/announcements", having="body", **fields)


def _errored(maker: Maker) -> None:
    """Kill the worker of one submission at every attempt, until the site gives up on it."""
    one = maker.submit("researcher", "keywords", maker.files_of("keywords", "random", 19), LOST)
    for attempt in range(1, FAULTS + 1):
        running = ("running", attempt)
        wait_for(lambda now=running: maker.progress("researcher", one) == now, seconds=300, every=0.02, what="running")
        maker.site.kill_worker()
        maker.site.start_worker()
    wait_for(lambda: maker.status("researcher", one) == "errored", seconds=300, every=0.3, what="the end of its tries")


def _late(maker: Maker) -> None:
    """Submit an entry after the freeze."""
    maker.scored("bob", maker.submit("bob", "digits", maker.files_of("digits", "k-medoids", 20), "late"))


def _all_done(maker: Maker) -> None:
    waiting = {"queued", "running"}
    wait_for(
        lambda: not any(row["status"] in waiting for row in maker.facts(FACTS)),
        seconds=300,
        every=2,
        what="an empty queue",
    )


def _end(maker: Maker) -> dict[str, Any]:
    """Stop the worker, queue work that stays queued, and record the site's answers."""
    worker = maker.site.worker
    assert worker is not None
    worker.terminate()
    worker.wait(60)
    _upload(maker, "files-wait", 3)
    _step(maker, "dry-run-waits", "phases")
    files = maker.files_of("digits", "random", 21)
    maker.submit("carla", "digits", files, "waits for a worker")
    cancelled = maker.submit("carla", "gloss-market", maker.files_of("gloss-market", "random-seller", 22), "cancelled")
    maker.browsers["carla"].send(f"/submissions/{cancelled}/", to=f"/submissions/{cancelled}/cancel")
    assert maker.status("carla", cancelled) == "cancelled"
    return _document(maker)


def _document(maker: Maker) -> dict[str, Any]:
    get: Callable[..., Any] = maker.site.get
    slugs = sorted(item["slug"] for item in get("challenges/?page_size=100")["results"])
    challenges = {}
    for slug in slugs:
        challenges[slug] = {
            "dataset": get(f"challenges/{slug}/")["dataset"],
            **api_boards(get, slug),
            "document": get(f"challenges/{slug}/board.json"),
        }
    evaluations = maker.facts(FACTS)
    return {
        "made_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "libraries": _libraries(maker, next(row for row in evaluations if row["score"] is not None)),
        "challenges": challenges,
        "evaluations": evaluations,
        "tokens": maker.tokens,
        "passwords": dict.fromkeys(("ada", "bob", "carla"), PASSWORD),
        "drafts": {
            "half-way": "columns answered",
            "ready-to-go": "dry run done",
            "files-wait": "files wait for a worker",
            "dry-run-waits": "dry run waits for a worker",
        },
        "late": maker.sent["late"],
        "waiting": maker.sent["waits for a worker"],
        "cancelled": maker.sent["cancelled"],
        "errored": maker.sent[LOST],
    }


def _libraries(maker: Maker, row: dict[str, Any]) -> Any:
    result = maker.browsers["organizer"].read(f"/submissions/{row['submission']}/result.json")
    return json.loads(result)["scorer"]["libraries"]


def _in_minutes(minutes: int) -> datetime:
    """A full minute in the future, since forms have no seconds. Leave enough time for the steps before it."""
    return datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)


def _wait_until(moment: datetime) -> None:
    while datetime.now(UTC) < moment + timedelta(seconds=1):
        time.sleep(1)


def _pack(data: Path, document: dict[str, Any]) -> None:
    """Pack the database, the messages, and all objects except the demo's own."""
    with sqlite3.connect(data / "db.sqlite3") as database:
        database.execute("DELETE FROM django_session")
        database.execute("DELETE FROM leaderboard_workerpulse")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("VACUUM")
    database.close()
    ours = demo_objects()
    objects = list((data / "objects").glob("[0-9a-f][0-9a-f]/*"))
    document["objects_of_the_demo"] = sorted(path.name for path in objects if path.name in ours)
    kept = [data / "db.sqlite3", *(path for path in objects if path.name not in ours)]
    kept += [path for path in (data / "queue" / "messages").rglob("*") if path.is_file()]
    with tarfile.open(ARCHIVE, "w:xz", preset=9) as archive:
        for path in sorted(kept):
            archive.add(path, arcname=str(path.relative_to(data)), filter=_anonymous)
    BOARDS.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    shutil.copytree(data, data.parent / "kept", ignore=shutil.ignore_patterns("datasets"))
    print(f"{ARCHIVE.name}: {ARCHIVE.stat().st_size} bytes")


def _anonymous(item: tarfile.TarInfo) -> tarfile.TarInfo:
    item.uid = item.gid = 0
    item.uname = item.gname = ""
    item.mode = 0o640
    return item


if __name__ == "__main__":
    try:
        main()
    except HTTPError as error:
        sys.exit(f"{error.url}: {error.code} {error.read().decode(errors='replace')[:3000]}")
