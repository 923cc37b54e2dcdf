"""The corpus of bundles sent to the site: status 400, the same messages, nothing recorded, nothing stored."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from django.conf import LazySettings
from django.test import Client

from challenges.models import Challenge, DataFile, DatasetVersion, Phase, Role
from leaderboard.models import User
from tests.hostile.build_bundles import million_members
from tests.hostile.bundle_corpus import CASES, BundleCase, every_bundle
from tests.memory import forget_peak, peak
from tests.visitor import multipart

Api = Callable[[User | None], Client]
RECORDS = (Challenge, DatasetVersion, DataFile, Phase, Role)


def files(settings: LazySettings) -> list[Path]:
    folders = (settings.OBJECTS_DIR, settings.DATASETS_DIR, settings.SCRATCH_DIR)
    return [path for folder in folders for path in Path(folder).rglob("*") if path.is_file()]


def sent(client: Client, content: bytes) -> dict[str, object]:
    body = io.BytesIO(content)
    # The messages call it bundle.zip, whatever its name.
    body.name = "my challenge.zip"
    answer = client.post("/api/v1/challenges/", {"bundle": body})
    return {**answer.json(), "status": answer.status_code, "media_type": answer["Content-Type"]}


@every_bundle
def test_the_site_says_the_same_and_keeps_nothing(
    case: BundleCase, user: User, api: Api, settings: LazySettings
) -> None:
    answer = sent(api(user), case.content)
    if case.accepted:
        assert answer["slug"] == Challenge.objects.get().slug
        assert not list(Path(settings.SCRATCH_DIR).iterdir())
        return
    assert (answer["status"], answer["media_type"]) == (400, "application/problem+json")
    assert str(answer["detail"]).splitlines() == list(case.refused)
    assert not any(model.objects.exists() for model in RECORDS)
    assert files(settings) == []


def test_a_refusal_takes_nothing_from_a_challenge_that_is_there(user: User, api: Api, settings: LazySettings) -> None:
    by_name = {case.bundle: case for case in CASES}
    client = api(user)
    assert sent(client, by_name["right.zip"].content)["slug"] == "kitchen"
    before = [list(model.objects.order_by("pk").values()) for model in RECORDS]
    kept = files(settings)
    for name in ("nan.zip", "phases-overlap.zip", "zip-path-up.zip"):
        assert sent(client, by_name[name].content)["status"] == 400
    assert [list(model.objects.order_by("pk").values()) for model in RECORDS] == before
    assert files(settings) == kept


def test_a_million_members_come_to_nothing(user: User, api: Api, settings: LazySettings) -> None:
    content = million_members()
    body, media_type = multipart({}, [("bundle", "my challenge.zip", content)])
    client = api(user)
    forget_peak()
    base = peak()
    answer = client.generic("POST", "/api/v1/challenges/", body, content_type=media_type)
    # The test client copies the body once, and to S3 the site sends parts of it at the same time. What the archive's
    # million entries would take is several times as much.
    assert peak() - base < 3 * len(content) // 1024
    assert answer.json()["detail"] == "bundle.zip: holds more than 5000 files. Put the rows of a table into one file."
    assert files(settings) == []
