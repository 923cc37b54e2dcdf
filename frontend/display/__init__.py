"""How text and pages look: Markdown and colour themes."""
