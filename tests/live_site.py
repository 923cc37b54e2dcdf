"""The real site on a free port with its own data: gunicorn and a Celery worker, as ``./run`` starts them.

It is used for browser tests, for tests that kill a worker, and for measurements.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, LiteralString, TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from evaluators.registry import baselines_for
from evaluators.specification import read_specification
from tests.once import once
from tests.redis_databases import Lease, lease
from tests.visitor import multipart

TREE = Path(__file__).resolve().parent.parent
T = TypeVar("T")


def wait_for(
    condition: Callable[[], T | None], *, seconds: float = 60, every: float = 0.05, what: str = "the condition"
) -> T:
    """Poll ``condition`` and return its first true value.

    Raises:
        TimeoutError: it didn't become true in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(every)
    raise TimeoutError(f"{what} did not come true within {seconds} seconds")


def collect(done: Path) -> None:
    """Collect the static files, which are the repository's, for ``once``."""
    command = [sys.executable, "manage.py", "collectstatic", "--verbosity", "0", "--no-input"]
    subprocess.run(command, cwd=TREE, capture_output=True, check=True)
    done.touch()


class _OwnDatabase:
    """A database for one site on the server from the settings; SQLite's is in the site's own folder."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._name = f"ratchet_live_{secrets.token_hex(6)}" if server else ""
        self.url = urlunsplit(urlsplit(server)._replace(path=f"/{self._name}")) if server else ""

    def create(self) -> None:
        self._execute("CREATE DATABASE {}")

    def drop(self) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def _execute(self, statement: LiteralString) -> None:
        if self._server:
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(sql.SQL(statement).format(sql.Identifier(self._name)))


class LiveSite:
    """A site of its own: call ``start()``, send requests to ``url``, call ``stop()``.

    ``environment`` adds ``RATCHET_*`` variables to those of the calling process, so the same tests run on another
    database, broker or store just by changing settings. ``run_folder`` is shared by all sites of a test run: static
    files are collected only once, and so is the empty database migrated if it is a file.
    """

    def __init__(self, folder: Path, run_folder: Path | None = None, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self._run_folder = run_folder or folder
        self.log = folder / "site.log"
        self._database = _OwnDatabase(os.environ.get("RATCHET_DATABASE_URL", ""))
        broker = os.environ.get("RATCHET_BROKER_URL", "")
        self._lease: Lease | None = None
        if broker.startswith("redis"):
            # On a shared broker another site's worker would take the messages; file-based brokers are in the site's own
            # folder.
            self._lease = lease(broker)
            broker = self._lease.url
        self.environment = (
            os.environ
            | {"RATCHET_DATA_DIR": str(folder / "data"), "RATCHET_PUBLIC_URL": self.url, "PYTHONUNBUFFERED": "1"}
            | {"RATCHET_DATABASE_URL": self._database.url, "RATCHET_BROKER_URL": broker}
            | environment
        )
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start(self, *, worker: bool = True) -> None:
        """Migrate, collect the static files and start web and worker; return when the site is healthy."""
        self._migrate()
        # All sites serve static files from the repository; collecting them again would remove them for a moment.
        once(self._run_folder / "collected", collect)
        self.web = self._spawn(
            "gunicorn", "--config", "docker/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}", "leaderboard.wsgi"
        )
        if worker:
            self.start_worker()
            wait_for(self.is_healthy, what="a healthy site")
        else:
            wait_for(self.answers, what="an answering site")

    def _migrate(self) -> None:
        database = Path(self.environment["RATCHET_DATA_DIR"]) / "db.sqlite3"
        # A site that is started again, or one with the data of an older version, keeps what it has.
        if self._database.url or database.exists():
            self._database.create()
            self.manage("migrate", "--verbosity", "0")
            return
        migrated = once(self._run_folder / "migrated.sqlite3", self._migrate_file)
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(migrated, database)

    def _migrate_file(self, path: Path) -> None:
        self.manage("migrate", "--verbosity", "0", RATCHET_DATABASE_URL=f"sqlite:///{path}")

    def start_worker(self) -> None:
        self.worker = self._spawn("celery", "--app", "leaderboard", "worker")

    def kill_worker(self) -> None:
        """Kill only the worker with SIGKILL; its child processes have to notice by themselves."""
        assert self.worker is not None
        os.kill(self.worker.pid, signal.SIGKILL)
        self.worker.wait()

    def stop(self) -> None:
        for process in (self.worker, self.web):
            if process is not None and process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in (self.worker, self.web):
            if process is not None:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        self._database.drop()
        if self._lease is not None:
            self._lease.end()

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run a Django command with ``environment`` added to the site's; return its output."""
        command = [sys.executable, "manage.py", *arguments]
        variables = self.environment | environment
        done = subprocess.run(command, cwd=TREE, env=variables, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def load_demo(self, *slugs: str, seconds: float = 600) -> None:
        """Load the demo's challenges, or only ``slugs``; return once all their baselines are on the leaderboards."""
        self.manage("loaddemo", *slugs)
        specifications = [
            read_specification(path.parent)
            for path in (TREE / "challenges" / "demo").glob("*/challenge.yaml")
            if not slugs or path.parent.name in slugs
        ]
        expected = {specification.slug: len(baselines_for(specification)) for specification in specifications}

        def all_scored() -> bool:
            boards = {slug: self.get(f"challenges/{slug}/leaderboard/")["entries"] for slug in expected}
            return all(len(boards[slug]) >= count for slug, count in expected.items())

        wait_for(all_scored, seconds=seconds, every=1, what="all baselines on their boards")

    def get(self, path: str, token: str | None = None) -> Any:
        """The JSON at ``path`` of the API."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def submit(self, slug: str, files: dict[str, bytes], *, token: str, name: str, **fields: str) -> Any:
        """Upload through the API; return the JSON of the new submission."""
        sent = [("files", file, content) for file, content in files.items()]
        body, kind = multipart({"name": name, **fields}, sent)
        request = urllib.request.Request(
            f"{self.url}/api/v1/challenges/{slug}/submissions/",
            data=body,
            headers={"Authorization": f"Bearer {token}", "Content-Type": kind},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def log_matches(self, pattern: str) -> list[str]:
        """All matches of a pattern in the site's log, which contains the e-mails of a demo site."""
        return re.findall(pattern, self.log.read_text(errors="replace")) if self.log.exists() else []

    def _spawn(self, *module: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=TREE,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
