from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluators.problems import BundleError
from evaluators.sandbox import SandboxUnavailable
from leaderboard.models import User
from leaderboard.organizing.bundles import load_directory


class Command(BaseCommand):
    help = "Load a bundle directory: a new challenge, as a draft with its phases, or new data for one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument(
            "--owner",
            metavar="USERNAME",
            help="loads it as this account, which owns a new challenge; without it, staff organize the challenge",
        )

    def handle(self, *args: Any, directory: Path, owner: str | None, **options: Any) -> None:
        account = User.objects.filter(username=owner, is_active=True).first() if owner is not None else None
        if owner is not None and account is None:
            raise CommandError(f"There is no active account '{owner}'.")
        try:
            version = load_directory(directory, owner=account)
        except (BundleError, SandboxUnavailable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} ({version.challenge.status})")
