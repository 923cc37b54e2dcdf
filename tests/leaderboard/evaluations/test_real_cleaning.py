"""DataPerf's real cleaning data, where they are found: all eight fractions, by the site in its sandbox.

The data are not in the repository, because nobody has said that they may be; ``RATCHET_REAL_DIR`` names their folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from challenges.members.rules import rules_sha256
from challenges.models import Phase
from evaluators.bundles.importers.vision_cleaning import import_bundle
from evaluators.submissions import Upload
from leaderboard.models import Evaluation, Submission, User
from leaderboard.submissions.intake import submit
from leaderboard.teams.teams import personal_team
from tests import factories

FOLDER = Path(os.environ.get("RATCHET_REAL_DIR") or Path(__file__).resolve().parents[4] / "shared/real")
TASKS = [f"{concept}{variant}" for concept in ("01g317", "04hgtk", "04rky", "09j2d") for variant in ("", "-flipped")]


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the real data of DataPerf's cleaning are not here")
def test_the_site_gives_the_offline_evaluator_s_fractions(
    load: Callable[..., Phase], user: User, tmp_path: Path
) -> None:
    expected = json.loads((FOLDER / "dataperf-cleaning-reference.json").read_bytes())
    noticed = import_bundle(FOLDER / "dataperf-cleaning", tmp_path / "bundle")
    again = {f"{task}-flipped": count for task, count in zip(TASKS[::2], (1, 9, 3, 7), strict=True)}
    assert noticed[:4] == [
        f"{task} has {count} image{'s' if count > 1 else ''} twice; the second row of an image is called IMAGE-2."
        for task, count in again.items()
    ]
    phase = load(tmp_path / "bundle")
    ranking = (FOLDER / "dataperf-cleaning/examples/01g317_my_method.txt").read_bytes()
    submission = submit(
        phase,
        personal_team(user),
        name="as they come",
        uploads=[Upload(f"{task}_my_method.txt", ranking) for task in TASKS],
        created_by=user,
        client=Submission.Client.API,
        accepted_rules=rules_sha256(phase),
    )
    assert factories.run_queue() == 1
    recorded = Evaluation.objects.get(pk=submission.evaluation_id)
    assert (recorded.status, recorded.score) == ("succeeded", expected["mean"])
    found = {task: metrics["fraction_fixes"] for task, metrics in json.loads(recorded.result)["tasks"].items()}
    assert found == {task: values["fraction_fixes"] for task, values in expected["tasks"].items()}
