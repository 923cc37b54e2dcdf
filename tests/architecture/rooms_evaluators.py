"""The rooms inside ``evaluators/``, lowest floor first. A room imports from lower floors only.

``problems`` and ``walls`` import from no other room, ``cli`` may import from all. Rooms below ``kinds`` have what the
kinds share. Rooms above it (``bundles``, ``registry``, ``scoring``, ``drafting``, ``readiness``) work with every kind.
"""

PACKAGE = "evaluators"

FLOORS = (
    ("learning", "problems", "walls"),
    ("sandbox", "specification", "submissions"),
    ("tables",),
    ("datasets", "material"),
    ("kinds",),
    ("bundles",),
    ("registry",),
    ("scoring",),
    ("drafting", "readiness"),
    ("cli",),
    ("top",),
)
"""``top`` is ``python -m evaluators``."""

UPWARD_STRINGS = {
    "evaluators/specification/kinds.py": {
        "evaluators.kinds.acquisition.kind:ACQUISITION",
        "evaluators.kinds.cleaning.kind:CLEANING",
        "evaluators.kinds.selection.kind:SELECTION",
    },
}
"""The table of kinds: reading a challenge loads the declaration of its kind on first use."""
