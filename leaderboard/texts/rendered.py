"""The HTML of a text, kept by the digest of the text: views read it."""

from __future__ import annotations

import hashlib

import markdown_it
from django.utils.safestring import SafeString, mark_safe

from leaderboard.storage.kept import kept_texts
from leaderboard.texts.renderer import html_of

RENDERER = f"1 {markdown_it.__version__}"
"""To be changed when the same text is rendered differently."""


def rendered(text: str) -> SafeString:
    """The HTML of a Markdown text, which is rendered only if it is not kept yet."""
    key = hashlib.sha256(f"{RENDERER}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
    with kept_texts().open_or_make(key, lambda: [html_of(text).encode("utf-8", "surrogatepass")]) as file:
        html = file.read().decode("utf-8", "surrogatepass")
    return mark_safe(html)  # noqa: S308 - the renderer escapes everything that it did not create itself
