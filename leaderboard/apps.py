from django.apps import AppConfig
from django.conf import settings

from evaluators import sandbox


class LeaderboardConfig(AppConfig):
    name = "leaderboard"
    verbose_name = "Leaderboard"

    def ready(self) -> None:
        sandbox.accept(settings.ENVIRONMENT.sandboxes, folder=settings.SCRATCH_DIR)
