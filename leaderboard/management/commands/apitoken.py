from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leaderboard.accounts.tokens import DEFAULT_LIFETIME, MAX_LIFETIME, MAX_NAME, TokenError, create_token
from leaderboard.models import User
from leaderboard.models.token import Scope


class Command(BaseCommand):
    help = "Create an API token for an account and print it. It is shown only this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what it is for")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            dest="scopes",
            help="what it may do; give it several times for several scopes; all of them by default",
        )
        parser.add_argument(
            "--days",
            type=int,
            default=DEFAULT_LIFETIME,
            help=f"for how many days it is valid, 1 to {MAX_LIFETIME}; {DEFAULT_LIFETIME} by default",
        )

    def handle(self, *args: Any, username: str, name: str, scopes: list[str] | None, days: int, **options: Any) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account '{username}'.")
        try:
            self.stdout.write(create_token(user, name[:MAX_NAME], scopes=scopes or Scope.values, days=days))
        except TokenError as error:
            raise CommandError(str(error)) from error
