from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from challenges.drafts.bundles import load_bundle
from evaluators.problems import BundleError
from evaluators.sandbox import SandboxUnavailable
from leaderboard.storage import object_store


class Command(BaseCommand):
    help = "Load a bundle directory: a new challenge, as a draft, or a new version of one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        try:
            version = load_bundle(directory, store=object_store(), datasets=settings.DATASETS_DIR)
        except (BundleError, SandboxUnavailable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} ({version.challenge.status})")
