"""What participants can read does not depend on what hidden files hold: no size, no digest, no time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from scipy.stats import binomtest, mannwhitneyu

from challenges.models import DatasetVersion, Phase
from evaluators.datasets.keyed import PREFIX
from leaderboard.evaluations.shown import shown_timings
from leaderboard.models import Evaluation
from leaderboard.storage import object_store
from tests.canary import bundles
from tests.canary.crawl import Reader, content_of, settled
from tests.canary.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

READERS = ("visitor", "participant", "judge")
"""Of those who may not see hidden data, the ones who see most."""

UNLIKELY = 1e-5
"""A test says that something is told only at this level: it would be wrong once in a hundred thousand runs."""

TRIES = 16
"""Entries for each of two datasets: enough for a difference to be seen at that level."""

BITS = 256
DIGESTS = 400

_INVITATION = re.compile("/invitations/(.+)/")
"""Forms and links repeat its secret."""


@dataclass
class Twins:
    """Two challenges of one kind: the same public files and scores, hidden files of other names, sizes and digests."""

    phases: list[Phase] = field(default_factory=list)
    addresses: list[list[str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def world(load_for_module: Callable[..., Phase]) -> World:
    return World()


@pytest.fixture(scope="module")
def twins(
    world: World, load_for_module: Callable[..., Phase], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Twins]:
    made = {kind: Twins() for kind in bundles.WRITERS}
    ends_at = timezone.now() + timedelta(days=1)
    for kind, pair in made.items():
        for letter, mark in (("a", "canary"), ("b", "another-canary-of-a-longer-name")):
            folder = tmp_path_factory.mktemp("twin") / kind
            bundle, _ = bundles.write(kind, folder, slug=f"canary-{kind}-{letter}", mark=mark)
            pair.phases.append(load_for_module(bundle, ends_at=ends_at))
            pair.addresses.append(world.addresses(pair.phases[-1], waiting=False))
    return made


@pytest.mark.parametrize("kind", bundles.WRITERS)
@pytest.mark.parametrize("name", READERS)
def test_pages_of_twins_are_equal(world: World, twins: dict[str, Twins], kind: str, name: str) -> None:
    """In every byte but names, moments and random values; and in their length."""
    reader = Reader(world.people.get(name))
    one, other = twins[kind].phases
    pairs = list(zip(*twins[kind].addresses, strict=True))
    # A page that both have may name both; the address of a hidden file has another length in itself.
    pairs = [(a, b) for a, b in pairs if a != b and "-file-" not in a]
    assert len(pairs) > 60
    for a, b in pairs:
        shown = settled(reader.get(a), one.challenge.slug, *_INVITATION.findall(a))
        assert shown == settled(reader.get(b), other.challenge.slug, *_INVITATION.findall(b)), a


@pytest.mark.parametrize("kind", bundles.WRITERS)
def test_requests_touch_nothing_hidden(world: World, twins: dict[str, Twins], kind: str) -> None:
    """With the hidden files gone every answer is the same: none can depend on them, not even in the time it takes."""
    phase, addresses = twins[kind].phases[0], twins[kind].addresses[0]
    slug = phase.challenge.slug
    reader = Reader(world.people["participant"])
    good = {upload.name: upload.content for upload in world.uploads(phase)}
    hidden_id = next((f"canary-id-{kind}-{n}-0" for n in range(3)), "")
    uploads = [good, dict.fromkeys(good, b"id\nnobody\n"), {name: f"id\n{hidden_id}\n".encode() for name in good}]
    checks = [f"/api/v1/challenges/{slug}/check/", f"/challenges/{slug}/submit"]

    def answers() -> list[object]:
        read = [settled(reader.get(address), slug) for address in addresses]
        return read + [settled(reader.post(address, files), slug) for address in checks for files in uploads]

    before = answers()
    _remove_what_is_hidden(phase)
    for one, other in zip(before, answers(), strict=True):
        assert one == other


def _remove_what_is_hidden(phase: Phase) -> None:
    removed = 0
    for version in DatasetVersion.objects.filter(challenge=phase.challenge):
        for name, planned in version.spec.tables().items():
            if any(file.startswith("hidden/") for file in planned.table.files):
                for path in (settings.DATASETS_DIR / version.digest / "tables" / name).iterdir():
                    path.unlink()
                    removed += 1
        for file in version.files.filter(name__startswith="hidden/"):
            object_store().delete(file.sha256)
            removed += 1
    assert removed > 2


def test_keyed_digests_are_random_bits(phase: Phase) -> None:
    """Of the same data and of other data alike: no two are equal, and every bit is as often one as another's is."""
    version = phase.dataset_version
    same = [DatasetVersion(digest=version.digest).public_digest for _ in range(DIGESTS)]
    others = [DatasetVersion(digest=hashlib.sha256(b"%d" % n).hexdigest()).public_digest for n in range(DIGESTS)]
    assert len({*same, *others, version.public_digest}) == 2 * DIGESTS + 1
    equal_bits = 0
    for one, other in zip(same, others, strict=True):
        apart = int(one.removeprefix(PREFIX), 16) ^ int(other.removeprefix(PREFIX), 16)
        equal_bits += BITS - apart.bit_count()
    assert binomtest(equal_bits, BITS * DIGESTS).pvalue > UNLIKELY


def test_times_do_not_tell_labels(
    world: World, load_for_module: Callable[..., Phase], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Entries are scored in turn on two datasets with other hidden labels; no time that is shown tells them apart."""
    phases = []
    for relabelled in (False, True):
        folder = tmp_path_factory.mktemp("labels")
        bundle, _ = bundles.write("cleaning", folder, slug=f"canary-labels-{relabelled}".lower(), relabelled=relabelled)
        phases.append(load_for_module(bundle))
    times: list[list[dict[str, float]]] = [[], []]
    for turn in range(2 * TRIES):
        with transaction.atomic():
            times[turn % 2].append(_shown_times(world, phases[turn % 2]))
            transaction.set_rollback(True)
    assert _tells(times) == []
    # Ten seconds more would be seen.
    slower = [{name: value + 10 for name, value in found.items()} for found in times[1]]
    assert set(_tells([times[0], slower])) == set(slower[0])


@pytest.mark.parametrize("seconds", [0.0995, 0.2, 1.55])
def test_milliseconds_do_not_show(seconds: float) -> None:
    """On whichever side of a full tenth two times lie; each entry shows the same time at every reading."""
    entries = [
        [Evaluation(pk=pk, timings={"score": seconds + pk % 2 / 500}) for pk in (2 * n, 2 * n + 1)] for n in range(40)
    ]
    times = [[shown_timings(pair[side]) for pair in entries] for side in range(2)]
    assert _tells(times) == []
    assert times[0] == [shown_timings(pair[0]) for pair in entries]
    for found in times[0]:
        assert seconds <= found["score"] < seconds + 0.2


def _shown_times(world: World, phase: Phase) -> dict[str, float]:
    """Whatever a participant sees of the time it took, in seconds."""
    entry = world.score(phase, "stranger")
    shown = json.loads(content_of(Reader(world.people["stranger"]).get(f"/api/v1/submissions/{entry.pk}/")))
    job = json.loads(content_of(Reader(world.people["stranger"]).get(f"/api/v1/jobs/{entry.evaluation.job_id}/")))
    moments = [datetime.fromisoformat(job[name]) for name in ("started", "finished")]
    return {"score": shown["timings"]["score"], "job": (moments[1] - moments[0]).total_seconds()}


def _tells(times: list[list[dict[str, float]]]) -> list[str]:
    """The times by which the two datasets can be told apart (Mann–Whitney U test)."""
    columns = {name: [[found[name] for found in one] for one in times] for name in times[0][0]}
    return [name for name, both in columns.items() if mannwhitneyu(*both).pvalue < UNLIKELY]
