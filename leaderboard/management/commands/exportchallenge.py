import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from challenges.models import Challenge
from leaderboard.archive.exporting import write_archive


class Command(BaseCommand):
    help = "Write a challenge with everything that belongs to it, hidden data included, into one file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, slug: str, file: Path, **options: Any) -> None:
        challenge = Challenge.objects.filter(slug=slug).first()
        if challenge is None:
            raise CommandError(f"There is no challenge '{slug}'.")
        try:
            # The file gets its name only when complete. Only its owner may read it: the hidden labels are in it.
            descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w+b") as target:
                write_archive(challenge, target)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
        self.stdout.write(f"{file} ({file.stat().st_size} bytes)")
