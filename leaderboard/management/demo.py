"""The demo: real challenges of every kind with their baselines, and two accounts for trying them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from challenges.drafts.bundles import is_loaded, load_bundle
from challenges.models import DatasetVersion, Phase
from challenges.models.challenge import ChallengeStatus
from challenges.phases.terms import PhaseError
from challenges.phases.writing import begin_round
from challenges.publishing.publishing import publish
from evaluators.datasets import prepare_splits
from evaluators.registry import BaselineInfo, baselines_for
from evaluators.specification import SPECIFICATION_FILE, PhaseTerms
from evaluators.submissions import Upload, read_files
from leaderboard.models import Submission, User
from leaderboard.storage import object_store
from leaderboard.storage.datasets import dataset_directory
from leaderboard.submissions.intake import submit
from leaderboard.teams.teams import baselines_team

BUNDLES = settings.TREE / "challenges" / "demo"
BASELINE_SEED = 0
BASELINE_SECONDS = 600
DAILY_LIMIT = 20

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    password: str
    is_organizer: bool

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"


ACCOUNTS = (
    Account("researcher", "choose-the-rows", is_organizer=False),
    Account("organizer", "choose-the-task", is_organizer=True),
)


def demo_slugs(folder: Path = BUNDLES) -> list[str]:
    """The challenges of the demo; the folder of each has its name."""
    return sorted(path.parent.name for path in folder.glob(f"*/{SPECIFICATION_FILE}"))


def load_challenges(say: Say, folder: Path = BUNDLES, *, only: Collection[str] = ()) -> None:
    """Load, open and publish every bundle in ``folder`` and submit its baselines; existing challenges are not changed.

    With ``only``: just the challenges with these names.
    """
    phases = []
    for bundle in (folder / slug for slug in demo_slugs(folder) if not only or slug in only):
        version = _loaded(bundle, say)
        if version.challenge.status == ChallengeStatus.ARCHIVED:
            continue
        try:
            phase = _phase(version)
        except PhaseError as error:
            say(f"{version.challenge.slug} has no phase on its new data: {error}")
            continue
        # Its organizer may have ended the phase, and then it no longer accepts submissions.
        if phase.is_open:
            phases.append(phase)
        if phase.challenge.status == ChallengeStatus.DRAFT:
            publish(phase.challenge, by=None, without_dry_run=True)
    # Publish all challenges before the first baseline is made, so that they can be viewed early.
    _submit_baselines(phases, say)


def make_accounts(say: Say) -> None:
    """Create the demo accounts. Call this only where nobody else can reach the site: their passwords are public."""
    if settings.ENVIRONMENT.public_url.host not in ("localhost", "127.0.0.1", "[::1]"):
        say("The demo accounts are not made: their passwords are public, and so is RATCHET_PUBLIC_URL.")
        return
    for account in ACCOUNTS:
        if not User.objects.filter(username=account.username).exists():
            _make(account)
        role = "organizer, also of /admin/" if account.is_organizer else "participant"
        say(f"Demo account: {account.username} / {account.password} ({role})")


def _make(account: Account) -> None:
    with transaction.atomic():
        user = User.objects.create_user(
            account.username,
            account.email,
            account.password,
            is_staff=account.is_organizer,
            is_superuser=account.is_organizer,
        )
        EmailAddress.objects.create(user=user, email=account.email, verified=True, primary=True)


def _loaded(bundle: Path, say: Say) -> DatasetVersion:
    newest = DatasetVersion.objects.select_related("challenge").filter(challenge__slug=bundle.name).newest()
    if newest is not None and (newest.challenge.status == ChallengeStatus.ARCHIVED or is_loaded(bundle, newest)):
        return newest
    say(f"Loading {bundle.name} …")
    # These bundles are our own, so they need no sandbox; without it a fresh site starts sooner.
    return load_bundle(bundle, store=object_store(), datasets=settings.DATASETS_DIR, preparing=prepare_splits)


def _phase(version: DatasetVersion) -> Phase:
    """The challenge's latest phase on this version, even if it is over; otherwise a new phase.

    Phases on older data are ended, since their scores are not comparable with new ones.
    """
    found = version.challenge.phases.select_related("challenge", "dataset_version").order_by("starts_at", "pk").last()
    if found is not None and found.dataset_version_id == version.pk:
        return found
    return begin_round(
        version.challenge, PhaseTerms(_free_name(version), starts_at=timezone.now(), daily_limit=DAILY_LIMIT)
    )


def _free_name(version: DatasetVersion) -> str:
    """A name with the version's number or the next free one: a challenge may return to older data."""
    taken = set(version.challenge.phases.values_list("name", flat=True))
    return next(name for number in count(version.number) if (name := f"Round {number}") not in taken)


def _submit_baselines(phases: Iterable[Phase], say: Say) -> None:
    """Make and submit missing baselines, for two challenges at a time; the worker already scores the submitted ones."""
    wanted = [(phase, missing) for phase in phases if (missing := _missing_baselines(phase))]
    datasets = [dataset_directory(phase.dataset_version) for phase, _ in wanted]
    with ThreadPoolExecutor(max_workers=2) as pool:
        made = pool.map(make_baselines, [missing for _, missing in wanted], datasets)
        for (phase, missing), uploads in zip(wanted, made, strict=True):
            say(f"Submitting {len(missing)} baselines to {phase.challenge.slug} …")
            for info in missing:
                submit(
                    phase,
                    baselines_team(),
                    name=info.title,
                    uploads=uploads[info.name],
                    client=Submission.Client.BASELINE,
                    baseline=info.name,
                )


def _missing_baselines(phase: Phase) -> list[BaselineInfo]:
    submitted = set(Submission.objects.filter(phase=phase, is_baseline=True).values_list("baseline", flat=True))
    return [info for info in baselines_for(phase.dataset_version.spec) if info.name not in submitted]


def make_baselines(wanted: Sequence[BaselineInfo], dataset: Path) -> dict[str, list[Upload]]:
    """The files of baselines, made in another process by the command line: only that one imports scikit-learn."""
    with tempfile.TemporaryDirectory() as folder:
        # All in one command, since starting the interpreter takes longer than most baselines.
        name, out = ("all", Path(folder)) if len(wanted) > 1 else (wanted[0].name, Path(folder) / wanted[0].name)
        command = [sys.executable, "-m", "evaluators", "baseline", name, str(dataset)]
        done = subprocess.run(
            [*command, "--out", str(out), "--seed", str(BASELINE_SEED)],
            cwd=settings.TREE,
            capture_output=True,
            text=True,
            timeout=BASELINE_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"making the baselines failed: {done.stderr.strip()}")
        return {info.name: read_files([Path(folder) / info.name]) for info in wanted}
