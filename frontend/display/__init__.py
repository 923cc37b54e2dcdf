"""Markdown and colour themes."""
