"""Markdown of organizers as HTML. HTML in the text is shown as text, and only harmless addresses become links."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# "commonmark" lets HTML through unless told otherwise; images would load things from other hosts.
_RENDERER = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table").disable("image")


def rendered(text: str) -> SafeString:
    html: str = _RENDERER.render(text)
    return mark_safe(html)  # noqa: S308 — the renderer escapes everything that it did not make itself
