from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from evaluators.problems import SubmissionError
from leaderboard.teams.names import MAX_NAME_CHARACTERS, USERNAME_VALIDATORS, normalise_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k-center, 100 rows", "k-center, 100 rows"),
        ("  two   spaces\u00a0here ", "two spaces here"),
        ("Cafe\u0301", "Café"),
        ("кернел", "кернел"),
        ("東京タワー v2", "東京タワー v2"),
        ("한국어 model", "한국어 model"),
        ("μάθημα", "μάθημα"),
        ("run #3 (α=0.5)".replace("α", "a"), "run #3 (a=0.5)"),
        ("🙂 1", "🙂 1"),
        ("5 \u00b5m", "5 \u00b5m"),
        ("50 \u2126", "50 Ω"),
        ("300 \u212a", "300 K"),
        ("x" * MAX_NAME_CHARACTERS, "x" * MAX_NAME_CHARACTERS),
    ],
)
def test_good_names(text: str, expected: str) -> None:
    assert normalise_name(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \u00a0 ", "empty"),
        ("x" * (MAX_NAME_CHARACTERS + 1), "longer than 80"),
        ("x" * 1_000_000, "longer than 80"),
        ("p\u0430ypal", "mixes letters of Cyrillic and Latin"),
        ("model Ж", "mixes letters of Cyrillic and Latin"),
        ("ο-model", "mixes letters of Greek and Latin"),
        ("\uff41bc", "Fullwidth"),
        ("\U0001d41aa", "Mathematical"),
        ("a\u202eb", "U+202E"),
        ("a\u200bb", "U+200B"),
        ("a\x00b", "U+0000"),
        ("a\nb", "U+000A"),
        ("\u00b5άθημα", "mixes letters of Greek and Latin"),
        ("a\ud800b", "U+D800"),
        ("\u2028a", "U+2028"),
        ("z\u0350\u0351\u0352\u0353a", "accents"),
        ("---", "no letter"),
    ],
)
def test_bad_names(text: str, says: str) -> None:
    with pytest.raises(SubmissionError) as caught:
        normalise_name(text)
    (problem,) = caught.value.problems
    assert says in problem.message
    assert problem.field == "name"
    assert problem.remedy


@pytest.mark.parametrize(
    "text",
    [
        "\u3164",
        "\u1160",
        "\u115f\u1160",
        "\uffa0",
        "\u17b4",
        "\u1780\u17b5",
        "k\u034f-center",
        "k\ufe0f-center",
        "k\U000e0100-center",
        "a\u180bb",
        "a\u2800\u2800b",
        "a\U0001d159b",
    ],
)
def test_nothing_invisible(text: str) -> None:
    with pytest.raises(SubmissionError, match="which is not seen"):
        normalise_name(text)


@given(st.text(max_size=100))
def test_a_name_is_refused_or_normal(text: str) -> None:
    try:
        name = normalise_name(text)
    except SubmissionError:
        return
    assert normalise_name(name) == name
    assert name.isprintable()
    assert unicodedata.is_normalized("NFC", name)
    assert 1 <= len(name) <= MAX_NAME_CHARACTERS


@pytest.mark.parametrize("name", ["ada", "ada.l", "a1", "A-b_c", "x" * 40])
def test_good_usernames(name: str) -> None:
    (validate,) = USERNAME_VALIDATORS
    validate(name)


@pytest.mark.parametrize("name", ["", ".ada", "ada-", "аda", "a b", "ada\n", "a@b", "x" * 41, "a/b"])
def test_bad_usernames(name: str) -> None:
    (validate,) = USERNAME_VALIDATORS
    with pytest.raises(ValidationError):
        validate(name)


@pytest.mark.parametrize("name", ["ad\u0131n", "\u017fam", "\u212aelvin", "\uff41da", "a\u0301da", "ada\u200b"])
def test_usernames_are_ascii(name: str) -> None:
    """Some letters are equal to those from a to z where case is ignored."""
    (validate,) = USERNAME_VALIDATORS
    with pytest.raises(ValidationError):
        validate(name)
