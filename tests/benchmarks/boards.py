"""A board of 10,000 entries with one superseded version: how long its documents take, first and again."""

from __future__ import annotations

import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.bundles import write_bundle
from tests.live_site import LiveSite

ENTRIES = 10_000

FILL = """
from datetime import timedelta
from pathlib import Path
from django.conf import settings
from django.utils import timezone
from challenges.drafts.bundles import load_bundle
from challenges.publishing.publishing import publish
from leaderboard.boards.board import rewrite_board
from leaderboard.boards.content import board_content
from leaderboard.models import BoardVersion, Evaluation, Job, Score, Submission, Team
from leaderboard.storage import object_store
from tests import factories
version = load_bundle(Path({bundle!r}), store=object_store(), datasets=settings.DATASETS_DIR)
phase = factories.phase(version)
publish(version.challenge, by=None, without_dry_run=True)
now = timezone.now()
board = BoardVersion.objects.create(phase=phase, number=1, dataset_version=version, current_at=now)
teams = Team.objects.bulk_create(Team(name=f"Team {{i}}", slug=f"team-{{i}}") for i in range({entries}))
rows = Submission.objects.bulk_create(
    Submission(phase=phase, team=team, name=f"Entry {{i}}", client="api", created_at=now - timedelta(seconds=i),
               quota_day=now.date())
    for i, team in enumerate(teams))
jobs = Job.objects.bulk_create(
    Job(kind="evaluation", lane=1, subject=f"evaluation:{{row.pk}}", status="succeeded", finished_at=now)
    for row in rows)
found = Evaluation.objects.bulk_create(
    Evaluation(job=job, submission=row, dataset_version=version, board_version=board, scorer="corrected 2.0.0",
               result="{{}}", score=i / {entries})
    for i, (job, row) in enumerate(zip(jobs, rows)))
for row, evaluation in zip(rows, found):
    row.evaluation = evaluation
Submission.objects.bulk_update(rows, ["evaluation"], batch_size=500)
tasks = [task.name for task in version.spec.tasks]
Score.objects.bulk_create(
    Score(evaluation=evaluation, task=task, metric=version.spec.metric, seed=None, value=evaluation.score)
    for evaluation in found for task in tasks)
rewrite_board(phase.pk)
content = board_content(phase, board)
changes = [dict(submission=row["submission"], team=row["team"], name=row["name"], division=row["division"],
                baseline=False, old_rank=row["rank"], new_rank=row["rank"], old_rank_all=row["rank_all"],
                new_rank_all=row["rank_all"], old_score=row["score"], new_score=row["score"], why="")
           for row in content["entries"]]
BoardVersion.objects.filter(pk=board.pk).update(state="superseded", content=content)
new = BoardVersion.objects.create(phase=phase, number=2, dataset_version=version, current_at=now, changes=changes,
                                  cause="scorer")
Evaluation.objects.update(board_version=new)
rewrite_board(phase.pk)
"""

PATHS = {
    "board.json": "api/v1/challenges/tiny/board.json",
    "CSV": "api/v1/challenges/tiny/leaderboard.csv?all=1",
    "a page, JSON": "api/v1/challenges/tiny/leaderboard/",
    "current version": "api/v1/challenges/tiny/leaderboard/versions/2/",
    "archived version": "api/v1/challenges/tiny/leaderboard/versions/1/",
    "changes, CSV": "api/v1/challenges/tiny/leaderboard/versions/2/changes.csv",
    "the board's page": "challenges/tiny/leaderboard/",
    "page of a version": "challenges/tiny/leaderboard/versions/1/",
}


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = LiveSite(Path(folder))
        try:
            site.start(worker=False)
            bundle = write_bundle(Path(folder) / "tiny")
            site.manage("shell", "--verbosity", "0", "-c", FILL.format(bundle=str(bundle), entries=ENTRIES))
            report(site.url)
        finally:
            site.stop()


def report(url: str) -> None:
    print(f"\nA board of {ENTRIES} entries: seconds for the first answer, the next, and one that has not changed")
    for what, path in PATHS.items():
        try:
            first, _ = _seconds(f"{url}/{path}")
            again, etag = _seconds(f"{url}/{path}")
            unchanged = f"{_seconds(f'{url}/{path}', etag)[0]:7.3f}" if etag else "      -"
            print(f"  {what:20} {first:7.3f} {again:7.3f} {unchanged}", flush=True)
        except urllib.error.HTTPError as error:
            print(f"  {what:20} HTTP {error.code}", flush=True)


def _seconds(address: str, etag: str = "") -> tuple[float, str]:
    request = urllib.request.Request(address, headers={"If-None-Match": etag} if etag else {})
    started = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            found: str = answer.headers.get("ETag", "")
    except urllib.error.HTTPError as error:
        if error.code != 304:
            raise
        found = etag
    return time.perf_counter() - started, found
