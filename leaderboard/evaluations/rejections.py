"""What the author of a rejected submission is told: words from outside the sandbox only.

A scorer that was taken over by what it reads could print anything, hidden rows too. So of its rejection only one bit
counts. The reasons are those of the instant check, made again here, on the public rows and with the code of every
upload: it refuses what the scorer refuses, for instance when an entry is scored again on corrected data.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from evaluators.datasets import PreparedDataset
from evaluators.problems import Problem, SubmissionError
from evaluators.registry import UnknownScorer
from evaluators.scoring import check
from evaluators.submissions import read_files
from leaderboard.jobs.kinds import Refused

REFUSED_BY_THE_SCORER = Problem(
    "the scorer refused this submission, although the check accepts it (code scorer-refused).",
    "Check the files again on the submit page. If they pass, ask the organizers and tell them the code.",
)
"""All that is told if the check finds nothing. The list of codes has this one."""

logger = logging.getLogger(__name__)


def refusal_of(dataset: Path, files: Path, said: Sequence[Problem]) -> Refused:
    """Why a submission that the scorer rejected gets no score. What the scorer ``said`` goes to the log alone.

    Args:
        dataset: the prepared dataset on which it was scored.
        files: the folder with its files.
        said: the problems that came out of the sandbox.
    """
    logger.warning("rejected in the sandbox problems=%s", [str(problem) for problem in said])
    try:
        check_again(dataset, files)
    except SubmissionError as error:
        return Refused.by(error)
    except UnknownScorer:
        logger.exception("this site lacks the scorer of data that it has just scored on")
    return Refused([REFUSED_BY_THE_SCORER])


def check_again(dataset: Path, files: Path) -> None:
    """The instant check on a folder of files; raises like ``evaluators.scoring.check``."""
    check(PreparedDataset.open(dataset), read_files([files]))
