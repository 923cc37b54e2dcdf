"""A site with a challenge of each kind, an entry that is scored, one that waits, and somebody in every role."""

from __future__ import annotations

from dataclasses import dataclass, field

from challenges.members.rules import rules_sha256
from challenges.models import DatasetVersion, Invitation, Phase, Role
from evaluators.kinds import kind_of
from evaluators.submissions import Upload
from leaderboard.management.demo import make_baselines
from leaderboard.models import Submission, Team, User
from leaderboard.storage.datasets import dataset_directory
from leaderboard.submissions.intake import submit
from leaderboard.teams import membership
from leaderboard.teams.teams import personal_team
from tests import factories
from tests.canary.routes import addresses

READERS = ("visitor", "participant", "other", "judge", "stranger", "organizer", "owner", "staff", "superuser")
MAY_SEE = frozenset({"organizer", "owner", "staff", "superuser"})
EXAMPLES = {"selection": "stratified", "cleaning": "random", "acquisition": "uniform"}
"""Kind → the baseline whose files are submitted."""


@dataclass
class World:
    """People by their part, their team, and what they submit."""

    people: dict[str, User] = field(default_factory=dict)
    team: Team = field(init=False)
    invitation: str = field(init=False)
    _uploads: dict[str, list[Upload]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = {name: factories.user(name, is_staff=name in ("staff", "superuser")) for name in READERS[1:]}
        User.objects.filter(username="superuser").update(is_superuser=True)
        self.team = membership.create(self.people["participant"], "The two")
        self.invitation = membership.invite(self.team, self.people["participant"])

    def uploads(self, phase: Phase) -> list[Upload]:
        """The files of the kind's example; making them takes seconds."""
        kind = phase.dataset_version.spec.kind
        if kind not in self._uploads:
            info = kind_of(phase.dataset_version.spec).baselines[EXAMPLES[kind]]
            self._uploads[kind] = make_baselines([info], dataset_directory(phase.dataset_version))[info.name]
        return self._uploads[kind]

    def enter(self, phase: Phase, name: str) -> Submission:
        """An entry of this person, which waits."""
        return submit(
            phase,
            personal_team(self.people[name]),
            name=f"by {name}",
            uploads=self.uploads(phase),
            created_by=self.people[name],
            client=Submission.Client.WEB,
            accepted_rules=rules_sha256(phase),
        )

    def score(self, phase: Phase, name: str) -> Submission:
        """An entry of this person, scored in the real sandbox."""
        entry = self.enter(phase, name)
        factories.run_job(entry.evaluation.job_id)
        entry = Submission.objects.get(pk=entry.pk)
        assert entry.evaluation.status == "succeeded"
        return entry

    def addresses(self, phase: Phase, *, waiting: bool = True) -> list[str]:
        """Put people and entries into a challenge; every address of the site, with what this challenge has.

        One of two entries is scored; the other waits or is scored too.
        """
        for name in ("judge", "organizer", "owner"):
            Role.objects.create(challenge=phase.challenge, user=self.people[name], name=name)
        entries = [self.score(phase, "participant"), (self.enter if waiting else self.score)(phase, "other")]
        files = names_of_files(phase)
        _, invitation = Invitation.objects.issue(phase.challenge, "participant", by=self.people["owner"])
        return addresses(
            {
                "teams:slug": [self.team.slug],
                "teams:secret": [self.invitation],
                "slug": [phase.challenge.slug],
                "uuid:pk": [str(entry.pk) for entry in entries],
                "phases:pk": [str(phase.pk)],
                "int:pk": [str(entry.evaluation.job_id) for entry in entries],
                "path:name": [*files, "../hidden/" + files[0]],
                "str:name": [*(file.name for file in entries[0].files.all()), *files],
                "secret": [invitation],
                "number": ["1"],
                "form": ["csv", "json"],
                "token": ["nothing"],
                "uidb36": ["1"],
                "key": ["nothing"],
            }
        )


def names_of_files(phase: Phase) -> list[str]:
    """The data files of a challenge, with their folder and without."""
    versions = DatasetVersion.objects.filter(challenge=phase.challenge)
    files = sorted(set(versions.values_list("files__name", flat=True)))
    return files + [name.rpartition("/")[2] for name in files]
