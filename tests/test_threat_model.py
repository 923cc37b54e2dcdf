"""``THREAT_MODEL.md``: every sentence has a mark, every mark names tests that exist, its numbers are the code's."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from allauth.account import app_settings
from django.conf import settings

from challenges.models.role import INVITATION_LIFE
from evaluators.kinds.cleaning import curve
from evaluators.sandbox import streams, warm
from evaluators.sandbox.availability import REMEMBERED_SECONDS
from leaderboard.accounts.tokens import MAX_LIFETIME
from leaderboard.datafolder import ONLY_OURS
from leaderboard.previews.asking import RETRY_AFTER
from leaderboard.serving.limits import MIB, Limits
from leaderboard.teams import membership
from tests.canary.test_canary import READERS
from tests.evaluators.sandbox.probes import PROBES

TREE = Path(__file__).resolve().parent.parent
BODY, _, LIST = (TREE / "THREAT_MODEL.md").read_text(encoding="utf-8").partition("## The marks\n")

WITHOUT_CLAIMS = {"What is worth attacking", "What is not defended", "Reporting"}
"""Sections whose sentences claim no protection. What they say in passing has marks all the same."""

NOT_TESTED = "Not tested: "
MARK = re.compile(r"\[\^([a-z0-9-]+)\]")
HEADING = re.compile(r"^(\*\*[^*]+\*\*|\*[^*]+\*)( \([^)]*\))?\.?(?=\s)")
"""The words that a paragraph begins with, in bold or italics."""

ENDS = re.compile(r"\.(?=\s|$)")
"""The end of a sentence without a mark: a mark follows the full stop at once."""


def sections() -> dict[str, str]:
    found = re.split(r"^## (.+)\n", BODY, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a section in one line each, without code and headings; each row of a table is one."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", re.sub(r"`[^`]*`", "code", text)):
        if block.strip().startswith("|"):
            found += block.strip().splitlines()[2:]
        elif block.strip():
            found.append(HEADING.sub("", " ".join(block.split())))
    return found


@cache
def definitions() -> dict[str, str]:
    """What each mark leads to, by its name."""
    found = re.findall(r"^\[\^([a-z0-9-]+)\]: (.+(?:\n    .+)*)", LIST, re.MULTILINE)
    assert len(dict(found)) == len(found)
    return {name: " ".join(text.split()) for name, text in found}


@cache
def names_in(path: Path) -> frozenset[str]:
    """The tests of a file, those of a class as ``Class::test``."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {prefix + item.name for item in inner if isinstance(item, ast.FunctionDef)}
    return frozenset(name for name in found if name.rpartition("::")[2].startswith("test_"))


def claims() -> list[tuple[str, str]]:
    return [(title, text) for title, content in sections().items() for text in paragraphs(content)]


def test_the_sections_without_claims_are_there() -> None:
    assert sections().keys() > WITHOUT_CLAIMS
    assert len(claims()) > 40


@pytest.mark.parametrize(
    "text", [text for title, text in claims() if title not in WITHOUT_CLAIMS], ids=lambda text: text[:40]
)
def test_every_sentence_has_a_mark(text: str) -> None:
    assert MARK.search(text)
    unmarked = [text[max(0, found.start() - 60) : found.end()] for found in ENDS.finditer(text)]
    assert not unmarked


def test_a_sentence_without_a_mark_is_seen() -> None:
    text = "**Heading** (`code`). This is held.[^a] This is not. Nor is `a. b` this. But this is.[^b]"
    (paragraph,) = paragraphs(text)
    assert [paragraph[: found.end()][-5:] for found in ENDS.finditer(paragraph)] == [" not.", "this."]
    assert paragraphs("| a | b |\n|---|---|\n| c | d |\n| e | f[^a] |") == ["| c | d |", "| e | f[^a] |"]


def test_every_mark_leads_somewhere_and_none_is_left_over() -> None:
    assert set(MARK.findall(BODY)) == set(definitions())


@pytest.mark.parametrize("name", definitions())
def test_a_mark_names_tests_that_are_there(name: str) -> None:
    text = definitions()[name]
    if text.startswith(NOT_TESTED):
        assert len(text) > len(NOT_TESTED) + 10
        return
    pieces = text.split("; ")
    for piece in pieces:
        found = re.fullmatch(r"\[([\w/]+)\]\(tests/\1\.py\) (`[\w:]+`(?:, `[\w:]+`)*)", piece)
        assert found is not None, piece
        assert set(re.findall(r"`([\w:]+)`", found[2])) <= names_in(TREE / "tests" / f"{found[1]}.py")


def failures(rate: str) -> tuple[int, timedelta]:
    """The limit by name of one of allauth's rates."""
    found = re.search(r"(\d+)/(\d+)s/key", rate)
    assert found is not None
    return int(found[1]), timedelta(seconds=int(found[2]))


LIMITS = Limits()
WORDS = {4: "four", 5: "five", 9: "nine", 10: "ten"}
LOCKED_AFTER, LOCKED_FOR = failures(app_settings.RATE_LIMITS["login_failed"])

NUMBERS = [
    ("more than {} MiB is not read", LIMITS.small_body_bytes // MIB),
    ("has fewer than {} under way", WORDS[LIMITS.bodies_per_account]),
    ("not again for {} minutes", WORDS[RETRY_AFTER // timedelta(minutes=1)]),
    ("tries some {} attacks", {4: "forty"}[round(len(PROBES) / 10)]),
    ("replaced after {} runs", warm.MAX_RUNS),
    ("to the next {}.", warm.MAX_RUNS - 1),
    ("idle for {} minutes", WORDS[int(warm.IDLE_SECONDS // 60)]),
    ("(at least {} rows)", WORDS[curve.MIN_STEP]),
    ("a point for every {} of the rows", {10: "tenth"}[curve.PIECES]),
    ("counted {} times a second", WORDS[round(1 / streams._LOOK_SECONDS)]),
    ("as {} kinds of reader", WORDS[len(READERS)]),
    ("(umask {:03o})", ONLY_OURS),
    ("good for {} days", INVITATION_LIFE.days),
    ("good for {} days", membership.INVITATION_LIFE.days),
    ("for up to {:,} accounts", settings.MAX_COUNTERS),
    ("more than {:,} counters", settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"]),
    ("at most a {} before work is taken", {60: "minute"}[int(REMEMBERED_SECONDS)]),
    ("at most {} minutes ago", WORDS[app_settings.REAUTHENTICATION_TIMEOUT // 60]),
    ("{} wrong passwords lock", WORDS[LOCKED_AFTER].capitalize()),
    ("lock a name for {} minutes", WORDS[LOCKED_FOR // timedelta(minutes=1)]),
    ("expires within a {}", {365: "year"}[MAX_LIFETIME]),
]
"""Words with a number in them, and the number that the code has."""


@pytest.mark.parametrize(("words", "number"), NUMBERS, ids=[words[:40] for words, _ in NUMBERS])
def test_the_numbers_are_those_of_the_code(words: str, number: object) -> None:
    assert words.format(number) in " ".join(MARK.sub("", BODY).split())
