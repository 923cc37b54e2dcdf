"""A crawl for what is hidden: every route and every kind of reader; e-mails, logs and exports; on all kinds."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from challenges.members.rules import rules_sha256
from challenges.models import DatasetVersion, Invitation, Phase, Role
from evaluators.kinds import kind_of
from leaderboard.accounts.export import account_data
from leaderboard.archive.exporting import take_archive
from leaderboard.management.demo import make_baselines
from leaderboard.models import Job, Notice, Submission, User
from leaderboard.notifications import digest
from leaderboard.notifications.announcing import tell_everyone
from leaderboard.storage.datasets import dataset_directory
from leaderboard.submissions.intake import submit
from leaderboard.teams import membership
from leaderboard.teams.teams import personal_team
from tests import factories
from tests.canary import bundles
from tests.canary.routes import addresses

pytestmark = pytest.mark.django_db

READERS = ("visitor", "participant", "other", "judge", "stranger", "organizer", "owner", "staff", "superuser")
MAY_SEE = frozenset({"organizer", "owner", "staff", "superuser"})
EXAMPLES = {"selection": "stratified", "cleaning": "random", "acquisition": "uniform"}


@dataclass
class World:
    """A challenge of each kind. ``contents`` are hidden from the log as well, ``digests`` only from participants."""

    people: dict[str, User]
    contents: set[str]
    digests: set[str]
    addresses: list[str]
    log: io.StringIO

    @property
    def secrets(self) -> set[str]:
        return self.contents | self.digests


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
def world(load_for_module: Callable[..., Phase], tmp_path_factory: pytest.TempPathFactory, log: io.StringIO) -> World:
    """In each challenge an entry that is scored in the real sandbox, one that waits, and somebody in every role."""
    people = {name: factories.user(name, is_staff=name in ("staff", "superuser")) for name in READERS[1:]}
    User.objects.filter(username="superuser").update(is_superuser=True)
    made = World(people, set(), set(), [], log)
    team = membership.create(people["participant"], "The two")
    shared = {"teams:slug": [team.slug], "teams:secret": [membership.invite(team, people["participant"])]}
    for kind in bundles.WRITERS:
        bundle, found = bundles.write(kind, tmp_path_factory.mktemp("canary") / kind)
        made.contents |= found.contents
        made.digests |= found.digests
        phase = load_for_module(bundle, ends_at=timezone.now() + timedelta(days=1))
        made.digests |= set(DatasetVersion.objects.filter(challenge=phase.challenge).values_list("digest", flat=True))
        made.digests |= set(DatasetVersion.objects.filter(challenge=phase.challenge).values_list("key", flat=True))
        made.addresses += addresses(shared | _values(phase, people))
        tell_everyone(phase.challenge, title="Hello", body="A round begins.", by=None)
    made.addresses = sorted(set(made.addresses))
    return made


def _values(phase: Phase, people: dict[str, User]) -> dict[str, list[str]]:
    for name in ("judge", "organizer", "owner"):
        Role.objects.create(challenge=phase.challenge, user=people[name], name=name)
    entries = [_submission(phase, people["participant"])]
    factories.run_job(entries[0].evaluation.job_id)
    assert Submission.objects.get(pk=entries[0].pk).evaluation.status == "succeeded"
    entries.append(_submission(phase, people["other"]))
    files = list(DatasetVersion.objects.filter(challenge=phase.challenge).values_list("files__name", flat=True))
    files += [name.rpartition("/")[2] for name in files]
    sent = [file.name for file in entries[0].files.all()]
    _, invitation = Invitation.objects.issue(phase.challenge, "participant", by=people["owner"])
    return {
        "slug": [phase.challenge.slug],
        "uuid:pk": [str(entry.pk) for entry in entries],
        "int:pk": [str(phase.pk), *map(str, Job.objects.values_list("pk", flat=True))],
        "path:name": sorted({*files, "../hidden/" + files[0]}),
        "str:name": sorted({*sent, *files}),
        "secret": [invitation],
        "number": ["1"],
        "form": ["csv", "json"],
        "token": ["nothing"],
        "uidb36": ["1"],
        "key": ["nothing"],
    }


def _submission(phase: Phase, user: User) -> Submission:
    info = kind_of(phase.dataset_version.spec).baselines[EXAMPLES[phase.dataset_version.spec.kind]]
    return submit(
        phase,
        personal_team(user),
        name=f"by {user}",
        uploads=make_baselines([info], dataset_directory(phase.dataset_version))[info.name],
        created_by=user,
        client=Submission.Client.WEB,
        accepted_rules=rules_sha256(phase),
    )


@pytest.mark.slow
def test_who_may_not_see_what_is_hidden_finds_nothing_of_it(world: World) -> None:
    assert len(world.addresses) > 250
    leaks: list[str] = []
    seen: dict[str, int] = {}
    for reader in READERS:
        for address in world.addresses:
            text = _everything(_answer(world.people.get(reader), address))
            asked = {secret for secret in world.secrets if secret in address}
            found = {secret for secret in world.secrets - asked if secret in text}
            # A page that was not found may repeat its address; nothing else may be there.
            seen[reader] = seen.get(reader, 0) + len(found)
            if found and reader not in MAY_SEE:
                leaks.append(f"{reader} GET {address}: {sorted(found)}")
    assert leaks == []
    # The crawl finds what is there: organizers see their files and digests.
    assert all(seen[reader] > 0 for reader in MAY_SEE)


def _answer(user: User | None, address: str) -> HttpResponseBase:
    client = Client(raise_request_exception=False)
    with transaction.atomic():
        if user is not None:
            client.force_login(user)
        answer = client.get(address)
        transaction.set_rollback(True)
    # No worker runs here, which /healthz says.
    assert answer.status_code < 500 or address == "/healthz", address
    return answer


def _everything(answer: HttpResponseBase) -> str:
    content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return content.decode("latin-1") + "\n".join(f"{name}: {value}" for name, value in answer.items())


def test_nor_do_e_mails_notices_exports_and_the_log(world: World) -> None:
    digest.send_digests(timezone.now() + timedelta(days=8))
    letters = "\n".join(f"{letter.subject}\n{letter.body}" for letter in mail.outbox)
    notices = "\n".join(f"{notice.title}\n{notice.body}\n{notice.path}" for notice in Notice.objects.all())
    exports = "\n".join(json.dumps(account_data(user)) for user in world.people.values())
    assert Notice.objects.exists()
    for text in (letters, notices, exports):
        assert {secret for secret in world.secrets if secret in text} == set()
    # Operators see digests in their log; what is in the files is not theirs to read there.
    assert {secret for secret in world.contents if secret in world.log.getvalue()} == set()


def test_the_archive_of_an_organizer_has_it_all(world: World) -> None:
    """Otherwise the crawl would look for something that is nowhere."""
    found = ""
    for phase in Phase.objects.filter(challenge__slug__startswith="canary-"):
        file = io.BytesIO()
        take_archive(phase.challenge, file, by=world.people["organizer"])
        with zipfile.ZipFile(file) as archive:
            found += " ".join(archive.namelist())
            found += " ".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    missing = {secret for secret in world.contents if secret.startswith("canary-") and secret not in found}
    assert missing == set()
