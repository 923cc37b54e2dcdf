"""The WSGI application that a server runs."""

import os
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leaderboard.settings")


class _Request(WSGIRequest):
    """Handles charsets that make Django fail while it creates the request, before any middleware can refuse them."""

    def __init__(self, environ: dict[str, Any]) -> None:
        try:
            super().__init__(environ)
        except (LookupError, ValueError, SuspiciousOperation):
            # An error response needs a request, so create one with a charset that the middleware refuses.
            super().__init__(environ | {"CONTENT_TYPE": "text/plain; charset=unreadable"})


application = get_wsgi_application()
application.request_class = _Request
