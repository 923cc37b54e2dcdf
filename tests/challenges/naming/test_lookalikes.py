"""Which names can be taken for one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenges.naming.lookalikes import look_alike, name_keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("big\u217dorp", "bigcorp"),
        ("\u0420\u0430\u0441\u0435", "Pace"),
        ("Ian", "lan"),
        ("IAN", "ian"),
        ("modern", "modem"),
        ("team-1", "team-l"),
        ("R2D2", "r2d2"),
        ("\uff42igcorp", "bigcorp"),
        ("\ufb01sh", "fish"),
        ("straße", "STRASSE"),
        ("Cafe\u0301", "Café"),
        ("\u0391\u0392", "AB"),
        ("tom", "\u0422\u041e\u041c"),
        ("kit", "\u039a\u03b9\u03c4"),
        ("bigcorp", "bi\u0307gcorp"),
        ("bigcorp", "bigc\u1ecdrp"),
        ("bigcorp", "b\u0336i\u0336g\u0336c\u0336o\u0336r\u0336p\u0336"),
        ("bigcorp", "bigcorp\u0323"),
        ("bigcorp", "\u0299\u026a\u0262\u1d04\u1d0f\u0280\u1d18"),
        ("Bj\u00f8rn", "Bjorn"),
        ("René", "Renè"),
        ("big corp", "big-corp"),
        ("Big Corp", "big_corp"),
        ("bigcorp", "BigCorp."),
        ("wave", "vvave"),
        ("admin", "adm1n"),
        ("l\u0661", "11"),
        ("fam", "\u017fam"),
        ("jazz", "\u0237azz"),
        ("\u05e1\u05d5\u05e1", "\u05e1\u05df\u05e1"),
    ],
)
def test_look_alikes(one: str, other: str) -> None:
    assert look_alike(one, other)
    assert look_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("ada", "ada2"), ("René", "Rene"), ("user1", "user2"), ("東京", "京都"), ("vic.tim", "victim")],
        *[("ali", "all"), ("C", "C#"), ("1.1", "11"), ("がん", "かん"), ("日本", "日木"), ("big corp", "bigcorp")],
    ],
)
def test_different_names(one: str, other: str) -> None:
    assert not look_alike(one, other)


@given(st.text(max_size=100))
def test_a_name_looks_like_itself_in_every_case(name: str) -> None:
    assert look_alike(name, name)
    assert look_alike(name, name.casefold())
    assert all(len(key) <= 1000 for key in name_keys(name))
