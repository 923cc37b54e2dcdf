"""What happens to a submission whose evaluator was taken over, in the real sandbox and a worker.

``tests/evaluators/sandbox`` proves what each probe cannot do; these tests check the submission's status.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from unittest import mock

import pytest

from challenges.models import Phase
from evaluators import scoring
from evaluators.sandbox import Limits
from leaderboard.evaluations import attempt
from leaderboard.evaluations.attempt import OUR_FAULT
from leaderboard.models import Evaluation, Score, User
from tests import factories
from tests.evaluators.confined import write_confined

SHORT = Limits(cpu_seconds=1, wall_seconds=3, memory_bytes=512 * 1024 * 1024)

PROBES = {
    "opens a socket": ("import socket; socket.socket()", 3),
    "reads the password file": ("open('/etc/passwd').read()", 3),
    "signals the worker": ("import os\n    for pid in range(2, 100_000): os.kill(pid, 9)", 3),
    "starts processes": ("import os\n    while True: os.fork()", 3),
    "takes 64 GiB": ("bytearray(64 * 2**30)", 2),
    "never ends": ("while True: pass", 2),
    "writes without end": ("import os\n    while True: os.write(1, bytes(65536))", 2),
    "forges a result": ("print('{\"score\": 1}'); return 0", 3),
    "blames the submission in its own words": ("print('<b>you</b>'); return 1", 3),
}


@pytest.mark.parametrize(("probe", "attempts"), PROBES.values(), ids=PROBES)
def test_the_submission_is_refunded_and_nothing_is_recorded(
    probe: str, attempts: int, phase: Phase, user: User, tmp_path: Path
) -> None:
    package = tmp_path / "evaluators"
    write_confined(package, f"def main(arguments):\n    {probe}\n    return 0\n")
    submission = factories.submission(phase, user)
    hostile = partial(scoring.evaluate, limits=SHORT, evaluators=package)
    with mock.patch.object(attempt.scoring, "evaluate", hostile):
        for _ in range(attempts + 1):
            factories.run_job(submission.evaluation.job_id)

    evaluation = Evaluation.objects.get()
    submission.refresh_from_db()
    assert (evaluation.status, evaluation.attempt, evaluation.message) == ("errored", attempts, OUR_FAULT)
    assert submission.refunded
    assert not Score.objects.exists()
