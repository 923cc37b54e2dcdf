"""Who may see a challenge, and where its forum is."""

from __future__ import annotations

import pytest

from challenges.drafts.drafts import ChangedMeanwhile
from challenges.drafts.settings import SettingsError, save_forum, save_settings, settings_mark
from challenges.models import Challenge, Phase


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"visibility": "secret"}, "visibility"),
        ({"forum_url": "javascript:alert(1)"}, "forum_url"),
        ({"forum_url": "ftp://example.org/"}, "forum_url"),
        ({"forum_url": "https://example.org/" + "x" * 300}, "forum_url"),
    ],
)
def test_what_a_setting_can_be(phase: Phase, values: dict[str, str], field: str) -> None:
    challenge = phase.challenge
    given = {"visibility": "public", "forum_url": ""} | values
    with pytest.raises(SettingsError) as caught:
        save_settings(challenge, **given, seen=settings_mark(challenge), by=None)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert Challenge.objects.get().visibility == "public"


def test_of_two_who_change_the_settings_the_second_is_told(phase: Phase) -> None:
    challenge, seen = phase.challenge, settings_mark(phase.challenge)
    save_settings(challenge, visibility="unlisted", forum_url="https://forum.example.org", seen=seen, by=None)
    with pytest.raises(ChangedMeanwhile):
        save_settings(challenge, visibility="public", forum_url="", seen=seen, by=None)
    save_forum(challenge, "", by=None)
    assert Challenge.objects.values_list("visibility", "forum_url").get() == ("unlisted", "")
