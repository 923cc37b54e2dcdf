"""Organizers' Markdown as HTML: in bounded time, and once for each content."""

from leaderboard.texts.rendered import rendered

__all__ = ["rendered"]
