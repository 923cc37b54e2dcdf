"""The rooms inside ``challenges/``, lowest floor first. A room imports from lower floors only."""

PACKAGE = "challenges"

FLOORS = (
    ("models",),
    ("drafts", "members", "phases", "publishing"),
    ("top",),
)
"""``top`` is what Django looks for in the package itself. ``demo`` has no modules of the site, only what builds
data."""

ASIDE = {"demo"}
