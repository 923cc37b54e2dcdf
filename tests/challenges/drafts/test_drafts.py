"""What a draft's answers change at once, and what only with new data; the first step saves all or nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from challenges.drafts import drafts
from challenges.drafts.data_texts import texts_of
from challenges.drafts.drafts import data_mark, mark_of, save_answers
from challenges.drafts.texts import save_texts, texts_mark
from challenges.models import Challenge, Draft, Phase, Role
from challenges.publishing.publishing import NotPublishable, problems_of, publish
from leaderboard.models import User
from tests.visitor import fields_of, form_with

FILES = "/challenges/tiny/organize/files"


@pytest.fixture
def draft(phase: Phase, user: User) -> Draft:
    """A draft of the wizard whose data are built."""
    Challenge.objects.update(status="draft")
    Role.objects.create(challenge=phase.challenge, user=user, name="owner")
    texts = {name: text for name, text in texts_of(phase.challenge).items() if name in ("title", "licence")}
    kind = {"kind": phase.challenge.kind, "domain": phase.challenge.domain}
    made = Draft.objects.create(challenge=phase.challenge, answers={"kind": kind, "texts": texts, "split": {}})
    made.files.create(name="rows.csv", sha256="0" * 64, size=1)
    Draft.objects.update(card={"built": data_mark(made)})
    return Draft.objects.select_related("challenge").get()


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def form(page: Client) -> dict[str, str]:
    return fields_of(form_with(page.get(FILES).content.decode()))


def other_kind(draft: Draft) -> None:
    kind = {"kind": "cleaning", "domain": "text"}
    save_answers(draft, {"kind": kind}, seen=mark_of(draft, ["kind"]), by=None)


def other_split(draft: Draft) -> None:
    save_answers(draft, {"split": {"test_share": 0.5}}, seen=mark_of(draft, ["split"]), by=None)


def other_files(draft: Draft) -> None:
    drafts.remove_file(draft, draft.files.get().pk, by=None)


@pytest.mark.parametrize("change", [other_kind, other_split, other_files])
def test_answers_that_are_not_built_keep_a_challenge_from_being_published(
    draft: Draft, page: Client, change: Callable[[Draft], None]
) -> None:
    assert problems_of(draft.challenge, without_dry_run=True) == []
    change(draft)
    with pytest.raises(NotPublishable, match="changed since the data were built"):
        publish(draft.challenge, by=None, without_dry_run=True)
    shown = page.get("/challenges/tiny/organize/readiness").content.decode()
    assert "have changed since the data were built" in shown
    assert 'organize/scoring"' in shown


def test_a_challenge_has_the_kind_of_its_data(draft: Draft) -> None:
    other_kind(draft)
    challenge = Challenge.objects.get()
    assert (challenge.kind, challenge.domain) == ("selection", draft.challenge.dataset_versions.get().spec.domain)


def test_without_data_a_challenge_has_the_kind_of_the_answers(db: None) -> None:
    empty = Challenge.objects.create(slug="empty", title="Empty", summary="", kind="selection", domain="other")
    other_kind(Draft.objects.create(challenge=empty))
    assert Challenge.objects.values_list("kind", "domain").get() == ("cleaning", "text")


def test_a_bundle_that_was_sent_for_a_draft_needs_no_build(draft: Draft) -> None:
    Draft.objects.update(card={})
    publish(draft.challenge, by=None, without_dry_run=True)


def test_title_and_licence_are_also_written_into_the_data(draft: Draft, page: Client) -> None:
    assert page.post(FILES, form(page) | {"title": "Renamed", "licence": "MIT"}).status_code == 302
    challenge = Challenge.objects.get()
    texts = texts_of(challenge)
    assert (challenge.title, texts["title"], texts["licence"]) == ("Renamed", "Renamed", "MIT")
    now = Draft.objects.get()
    assert now.answers["texts"] == {"title": "Renamed", "licence": "MIT"}
    save_texts(challenge, now, texts | {"summary": "Another."}, seen=texts_mark(challenge, now), by=None)
    assert texts_of(challenge) == texts | {"summary": "Another."}


def test_a_first_step_with_too_many_files_saves_nothing_and_can_be_sent_again(
    draft: Draft, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MAX_DRAFT_FILES", 2)
    shown = form(page)
    files = [SimpleUploadedFile(f"{number}.csv", b"id\n1\n") for number in range(2)]
    refused = page.post(FILES, shown | {"kind": "cleaning", "title": "Renamed", "files": files})
    assert refused.status_code == 400
    assert "at most 2 files" in refused.content.decode()
    now = Draft.objects.select_related("challenge").get()
    assert (now.answers, now.challenge.title) == (draft.answers, draft.challenge.title)
    again = fields_of(form_with(refused.content.decode()))
    assert (again["title"], again["kind"]) == ("Renamed", "cleaning")
    files[0].seek(0)
    assert page.post(FILES, again | {"files": files[:1]}).status_code == 302
    assert Draft.objects.get().answers["kind"]["kind"] == "cleaning"
    assert sorted(Draft.objects.get().files.values_list("name", flat=True)) == ["0.csv", "rows.csv"]


def test_a_new_challenge_with_too_many_files_is_not_begun(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MAX_DRAFT_FILES", 1)
    about = {"title": "New", "slug": "", "kind": "selection", "domain": "other", "licence": "MIT"}
    files = [SimpleUploadedFile(f"{number}.csv", b"id\n1\n") for number in range(2)]
    assert page.post("/organize/new", about | {"files": files}).status_code == 400
    assert not Challenge.objects.exists()
    files[0].seek(0)
    assert page.post("/organize/new", about | {"files": files[:1]}).status_code == 302
