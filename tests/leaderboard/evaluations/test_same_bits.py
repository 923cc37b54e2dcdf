"""The site records exactly the bytes that the command line prints, on the real data of the demo."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from challenges.members.rules import rules_sha256
from challenges.models import Phase
from evaluators.kinds import kind_of
from leaderboard.management.demo import BUNDLES, make_baselines
from leaderboard.models import Evaluation, Submission, User
from leaderboard.storage.datasets import dataset_directory
from leaderboard.submissions.intake import submit
from leaderboard.teams.teams import personal_team
from tests import factories

# For a market a baseline without random numbers; elsewhere one that is better than chance.
EXAMPLES = {"selection": "stratified", "cleaning": "knn-shapley", "acquisition": "uniform"}


@pytest.mark.parametrize("slug", sorted(path.parent.name for path in BUNDLES.glob("*/challenge.yaml")))
def test_site_and_command_line_give_the_same_bytes(
    slug: str, load: Callable[..., Phase], user: User, tmp_path: Path
) -> None:
    phase = load(BUNDLES / slug)
    specification = phase.dataset_version.spec
    info = kind_of(specification).baselines[EXAMPLES[specification.kind]]
    uploads = make_baselines([info], dataset_directory(phase.dataset_version))[info.name]
    submission = submit(
        phase,
        personal_team(user),
        name="mine",
        uploads=uploads,
        created_by=user,
        client=Submission.Client.API,
        accepted_rules=rules_sha256(phase),
    )
    assert factories.run_queue() == 1
    recorded = Evaluation.objects.get(pk=submission.evaluation_id)
    assert recorded.status == "succeeded"

    files = tmp_path / "files"
    files.mkdir()
    for upload in uploads:
        (files / upload.name).write_bytes(upload.content)
    command = [sys.executable, "-m", "evaluators", "score", str(BUNDLES / slug), str(files), "--json"]
    command += ["--store", str(tmp_path / "store")]
    printed = subprocess.run(command, check=True, capture_output=True).stdout
    assert printed == recorded.result.encode()
    assert f'"value": {recorded.score!r}'.encode() in printed
