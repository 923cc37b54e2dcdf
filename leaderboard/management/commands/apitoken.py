from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leaderboard.models import User
from leaderboard.teams.tokens import MAX_NAME, TokenError, create_token


class Command(BaseCommand):
    help = "Make an API token for an account and print it. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what it is for")

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account '{username}'.")
        try:
            self.stdout.write(create_token(user, name[:MAX_NAME]))
        except TokenError as error:
            raise CommandError(str(error)) from error
