"""The rooms inside ``frontend/``, lowest floor first. A room imports from lower floors only."""

PACKAGE = "frontend"

FLOORS = (
    ("display", "plots", "rows"),
    ("kinds",),
    ("queries",),
    ("organize", "templatetags", "views"),
    ("top",),
)
"""``top`` is what Django looks for in the package itself."""
