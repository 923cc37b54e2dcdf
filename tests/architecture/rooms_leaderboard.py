"""The rooms inside ``leaderboard/``, lowest floor first. A room imports from lower floors only."""

PACKAGE = "leaderboard"

FLOORS = (
    ("models",),
    ("jobs", "storage"),
    ("notifications", "teams", "web"),
    ("boards",),
    ("evaluations",),
    ("submissions",),
    ("organizing",),
    ("admin", "api", "archive", "worker"),
    ("management",),
    ("top",),
)
"""``top`` is what Django and Celery look for in the package itself: settings, urls, tasks and the like."""

UPWARD_STRINGS = {
    "leaderboard/api/bundles.py": {"frontend:challenge", "frontend:organize-readiness"},
    "leaderboard/boards/notices.py": {"frontend:board-changes"},
    "leaderboard/boards/review.py": {"frontend:submission"},
    "leaderboard/notifications/announcing.py": {"frontend:announcements"},
    "leaderboard/notifications/unsubscribing.py": {"frontend:unsubscribe"},
}
"""Addresses of pages that are still made below them, by file. This table only gets shorter: a notice is to carry what
it is about, and the page or e-mail that shows it is to make the address."""
