from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leaderboard.storage.sweep import sweep


class Command(BaseCommand):
    help = "Remove stored files that no submission and no data set refers to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", type=int, default=24, metavar="HOURS", help="at least 2; default 24")

    def handle(self, *args: Any, older_than: int, **options: Any) -> None:
        try:
            removed = sweep(older_than=timedelta(hours=older_than))
        except (ValueError, OverflowError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{removed} removed.")
