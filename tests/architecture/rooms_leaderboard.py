"""The rooms inside ``leaderboard/``, lowest floor first. A room imports from lower floors only."""

PACKAGE = "leaderboard"

FLOORS = (
    ("models",),
    ("jobs", "storage"),
    ("notifications", "previews", "teams", "texts", "web"),
    ("boards", "serving"),
    ("evaluations",),
    ("submissions",),
    ("accounts", "organizing"),
    ("admin", "api", "archive", "worker"),
    ("management",),
    ("top",),
)
"""``top`` is what Django and Celery look for in the package itself: settings, urls, tasks and the like."""
