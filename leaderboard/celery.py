"""Celery's command line looks here: ``celery --app leaderboard worker`` starts a worker."""

from leaderboard.jobs.broker import app

__all__ = ["app"]
