"""Prepared datasets, the form that is scored: prepared here or in the sandbox, verified, and named by their content."""

from evaluators.datasets.keyed import keyed_digest, new_key
from evaluators.datasets.prepared import PreparedDataset, PreparedTable, Source, is_prepared
from evaluators.datasets.preparing import open_bundle, prepare, prepare_splits
from evaluators.datasets.sandboxed import prepare_in_sandbox
from evaluators.datasets.store import open_plain

__all__ = [
    "PreparedDataset",
    "PreparedTable",
    "Source",
    "is_prepared",
    "keyed_digest",
    "new_key",
    "open_bundle",
    "open_plain",
    "prepare",
    "prepare_in_sandbox",
    "prepare_splits",
]
