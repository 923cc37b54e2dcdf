from django.utils.html import format_html
from django.utils.safestring import SafeString

from leaderboard.models.statuses import Status

_SIGNS = {
    Status.QUEUED: "○",
    Status.RUNNING: "◐",
    Status.SUCCEEDED: "●",
    Status.FAILED: "▲",
    Status.ERRORED: "✖",
    Status.CANCELLED: "–",
}


def status_badge(status: str) -> SafeString:
    """A status as a symbol and a word. No colour: the content security policy allows no inline styles."""
    known = Status(status)
    return format_html("<strong>{}&nbsp;{}</strong>", _SIGNS[known], known.label)
