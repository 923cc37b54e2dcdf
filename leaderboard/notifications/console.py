"""E-mails of a site without a mail server: on standard error, like the log.

Standard output is what a command prints, such as the token that ``manage apitoken`` creates and sends a notice about.
"""

from __future__ import annotations

import sys
from typing import Any

from django.core.mail.backends import console


class EmailBackend(console.EmailBackend):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, stream=sys.stderr, **kwargs)
