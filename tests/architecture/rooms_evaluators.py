"""The rooms inside ``evaluators/``, lowest floor first. A room imports from lower floors only.

``problems`` knows nothing, ``cli`` everything. The kinds use what all of them share, from ``problems`` to ``material``.
What asks every kind the same question (``bundles``, ``registry``, ``scoring``, ``drafting``, ``readiness``) uses the
kinds.
"""

PACKAGE = "evaluators"

FLOORS = (
    ("learning", "problems"),
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
        "evaluators.kinds.acquisition.specification:AcquisitionSpecification",
        "evaluators.kinds.cleaning.specification:CleaningSpecification",
        "evaluators.kinds.selection.specification:SelectionSpecification",
    },
}
"""The table of kinds: reading a challenge loads the class of its kind, on the first use."""
