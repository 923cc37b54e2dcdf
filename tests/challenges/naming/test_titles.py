"""The titles of published challenges can't be taken for one another, nor hide what they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from challenges.drafts.data_texts import write_texts
from challenges.models import Challenge, Phase
from challenges.publishing.publishing import NotPublishable, problems_of, publish
from evaluators.bundles.check import check_bundle
from evaluators.problems import BundleError
from tests.bundles import write_bundle

BAD = {
    "Ti\u200bny": "U+200B",
    "T\u0456ny": "mixes letters",
    "\u202eyniT": "U+202E",
    "---": "no letter",
    "Ti\u0350\u0351\u0352\u0353ny": "stacks accents",
}


@pytest.fixture
def second(load: Callable[..., Phase], tmp_path: Path, phase: Phase) -> Challenge:
    """A draft beside the published challenge "Tiny"."""
    made = load(write_bundle(tmp_path / "second", slug="second", title="Second")).challenge
    Challenge.objects.filter(pk=made.pk).update(status="draft")
    made.title_keys.all().delete()
    return Challenge.objects.get(pk=made.pk)


@pytest.mark.parametrize("title", ["Tiny", "TINY", "T\u0131ny", "\uff34\uff29\uff2e\uff39"])
def test_no_challenge_is_published_under_the_title_of_another(second: Challenge, title: str) -> None:
    Challenge.objects.filter(pk=second.pk).update(title=title)
    second.refresh_from_db()
    assert any(problem.field == "title" for problem in problems_of(second, without_dry_run=True))
    with pytest.raises(NotPublishable, match="looks like it"):
        publish(second, by=None, without_dry_run=True)
    assert Challenge.objects.get(pk=second.pk).status == "draft"


def test_no_published_challenge_gets_the_title_of_another(second: Challenge) -> None:
    publish(second, by=None, without_dry_run=True)
    with pytest.raises(BundleError, match="looks like it"):
        write_texts(second, {"title": "TINY"})
    assert Challenge.objects.get(pk=second.pk).title == "Second"
    write_texts(second, {"title": "Second thoughts"})
    write_texts(second, {"title": "Second"})


def test_two_drafts_may_have_one_title_until_one_is_published(second: Challenge, phase: Phase) -> None:
    Challenge.objects.filter(pk=phase.challenge_id).update(status="draft")
    phase.challenge.title_keys.all().delete()
    write_texts(second, {"title": "Tiny"})
    second.refresh_from_db()
    publish(second, by=None, without_dry_run=True)
    with pytest.raises(NotPublishable, match="looks like it"):
        publish(Challenge.objects.get(pk=phase.challenge_id), by=None, without_dry_run=True)


@pytest.mark.parametrize("title", BAD)
def test_titles_refuse_what_names_refuse(second: Challenge, tmp_path: Path, title: str) -> None:
    with pytest.raises(BundleError, match=BAD[title].replace("+", r"\+")):
        check_bundle(write_bundle(tmp_path / "bad", title=title))
    with pytest.raises(BundleError, match=BAD[title].replace("+", r"\+")):
        write_texts(second, {"title": title})
