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
"""Files that still build the URLs of pages, which are on a higher floor. Don't add to this table: a notice should only
store what it is about, and the page or e-mail that shows it should build the URL."""
