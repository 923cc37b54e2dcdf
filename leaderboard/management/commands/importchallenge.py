from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluators.problems import BundleError
from leaderboard.archive.importing import import_archive
from leaderboard.archive.records import Unreadable
from leaderboard.models import User


class Command(BaseCommand):
    help = "Make a challenge of an archive that 'exportchallenge' wrote: all of it, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", default="", metavar="USERNAME", help="who owns it here; else staff alone")

    def handle(self, *args: Any, file: Path, owner: str, **options: Any) -> None:
        user = User.objects.filter(username=owner, is_active=True).first() if owner else None
        if owner and user is None:
            raise CommandError(f"There is no active account '{owner}'.")
        try:
            challenge = import_archive(file, owner=user)
        except Unreadable as error:
            raise CommandError(f"{file.name}: {error}.") from error
        except BundleError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{challenge.slug} ({challenge.status})")
