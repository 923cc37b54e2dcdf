"""The rooms inside ``challenges/``, lowest floor first. A room imports from lower floors only."""

PACKAGE = "challenges"

FLOORS = (
    ("models",),
    ("members", "naming"),
    ("drafts", "phases"),
    ("publishing",),
    ("top",),
)
"""``top`` is what Django looks for in the package itself. ``demo`` is left out: it only has scripts that build data."""

ASIDE = {"demo"}
