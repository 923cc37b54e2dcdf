"""Names that other users read: of teams and submissions, by the rules of ``evaluators.specification``; of accounts."""

from __future__ import annotations

import re
from dataclasses import replace

from django.core.validators import RegexValidator

from evaluators.problems import Problem, SubmissionError
from evaluators.specification import name_problem, normalised

MAX_NAME_CHARACTERS = 80

USERNAME_VALIDATORS = [
    RegexValidator(
        r"^[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?\Z",
        "A username has 1 to 40 small letters (a to z), digits, '.', '_' and '-', and starts and ends with a letter "
        "or digit.",
        # ASCII: without it the Turkish dotless i, the long s and the Kelvin sign are letters from a to z.
        flags=re.IGNORECASE | re.ASCII,
    )
]


def normalise_name(text: str) -> str:
    """The name in the form in which it is stored: NFC, single spaces, none at the ends.

    Raises:
        SubmissionError: it is empty, too long, mixes scripts or contains invisible characters.
    """
    if len(text) <= 20 * MAX_NAME_CHARACTERS and not text.strip():
        problem: Problem | None = Problem("is empty.", "Give the submission a name, like 'k-center, 100 rows'.")
    else:
        problem = name_problem(text, max_characters=MAX_NAME_CHARACTERS)
    if problem is not None:
        raise SubmissionError(replace(problem, message=f"the name {problem.message}", field="name"))
    return normalised(text)
