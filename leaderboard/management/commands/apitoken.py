from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leaderboard.models import ApiToken, User


class Command(BaseCommand):
    help = "Make an API token for an account and print it. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="what it is for")

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account '{username}'.")
        self.stdout.write(ApiToken.objects.issue(user, name=name[:80])[1])
