"""A crawl for what is hidden: every route and every kind of reader; e-mails, logs and exports; on all kinds."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from challenges.models import DatasetVersion, Phase
from leaderboard.accounts.export import account_data
from leaderboard.archive.exporting import take_archive
from leaderboard.models import Notice
from leaderboard.notifications import digest
from leaderboard.notifications.announcing import tell_everyone
from tests.canary import bundles
from tests.canary.crawl import Reader, everything
from tests.canary.world import MAY_SEE, READERS, World

pytestmark = pytest.mark.django_db


@dataclass
class Hidden:
    """What must not be seen: ``contents`` by the log either, ``digests`` only by participants."""

    world: World
    log: io.StringIO
    contents: set[str] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def log() -> Iterator[io.StringIO]:
    """Whatever is logged, at every level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture(scope="module")
def hidden(load_for_module: Callable[..., Phase], tmp_path_factory: pytest.TempPathFactory, log: io.StringIO) -> Hidden:
    made = Hidden(World(), log)
    for kind in bundles.WRITERS:
        bundle, found = bundles.write(kind, tmp_path_factory.mktemp("canary") / kind)
        made.contents |= found.contents
        made.digests |= found.digests
        phase = load_for_module(bundle, ends_at=timezone.now() + timedelta(days=1))
        for version in DatasetVersion.objects.filter(challenge=phase.challenge):
            made.digests |= {version.digest, version.key}
        made.addresses |= set(made.world.addresses(phase))
        tell_everyone(phase.challenge, title="Hello", body="A round begins.", by=None)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_who_may_not_see_what_is_hidden_finds_nothing_of_it(hidden: Hidden, name: str) -> None:
    assert len(hidden.addresses) > 250
    reader = Reader(hidden.world.people.get(name))
    secrets = hidden.contents | hidden.digests
    found = {}
    for address in sorted(hidden.addresses):
        text = everything(reader.get(address))
        # A page that was not found may repeat its address; nothing else may be there.
        if seen := {secret for secret in secrets if secret in text and secret not in address}:
            found[address] = seen
    if name in MAY_SEE:
        # The crawl finds what is there: organizers see their files and digests.
        assert found != {}
    else:
        assert found == {}


def test_nor_do_e_mails_notices_exports_and_the_log(hidden: Hidden) -> None:
    digest.send_digests(timezone.now() + timedelta(days=8))
    letters = "\n".join(f"{letter.subject}\n{letter.body}" for letter in mail.outbox)
    notices = "\n".join(f"{notice.title}\n{notice.body}\n{notice.path}" for notice in Notice.objects.all())
    exports = "\n".join(json.dumps(account_data(user)) for user in hidden.world.people.values())
    assert Notice.objects.exists()
    for text in (letters, notices, exports):
        assert {secret for secret in hidden.contents | hidden.digests if secret in text} == set()
    # Operators see digests in their log; what is in the files is not theirs to read there.
    assert {secret for secret in hidden.contents if secret in hidden.log.getvalue()} == set()


def test_the_archive_of_an_organizer_has_it_all(hidden: Hidden) -> None:
    """Otherwise the crawl would look for something that is nowhere."""
    found = ""
    for phase in Phase.objects.filter(challenge__slug__startswith="canary-"):
        file = io.BytesIO()
        take_archive(phase.challenge, file, by=hidden.world.people["organizer"])
        with zipfile.ZipFile(file) as archive:
            found += " ".join(archive.namelist())
            found += " ".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    missing = {secret for secret in hidden.contents if secret.startswith("canary-") and secret not in found}
    assert missing == set()
