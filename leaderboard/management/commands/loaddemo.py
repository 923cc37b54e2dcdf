from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leaderboard.management.demo import demo_slugs, load_challenges, make_accounts


class Command(BaseCommand):
    help = "Load the demo challenges with their baselines, and the demo accounts. Harmless to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="only these challenges; all without")

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = set(options["slugs"]) - set(demo_slugs())
        if unknown:
            raise CommandError(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(demo_slugs())}.")
        load_challenges(self.stdout.write, only=options["slugs"])
        make_accounts(self.stdout.write)
