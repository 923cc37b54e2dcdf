"""Organizers' Markdown as HTML. HTML in the text is shown as text, and only harmless URLs become links."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# "commonmark" lets HTML through by default; images would load content from other hosts.
_RENDERER = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table").disable("image")


def rendered(text: str) -> SafeString:
    html: str = _RENDERER.render(text)
    return mark_safe(html)  # noqa: S308 — the renderer escapes everything that it did not create itself
