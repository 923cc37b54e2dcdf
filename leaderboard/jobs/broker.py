"""The Celery application: it sends messages to workers through the broker."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

# For RATCHET_BROKER_URL=filesystem://, the default.
TRANSPORT_ALIASES["filesystem"] = "leaderboard.jobs.filequeue:Transport"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leaderboard.settings")

app = Celery("leaderboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["leaderboard"])
