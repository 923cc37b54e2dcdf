from typing import Any

from django.core.management.base import BaseCommand

from leaderboard.demo import load_challenges, make_accounts


class Command(BaseCommand):
    help = "Load the demo challenges with their baselines, and the demo accounts. Harmless to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        load_challenges(self.stdout.write)
        make_accounts(self.stdout.write)
