"""The object store, on local disk or S3, with its downloads and sweep, and the cache of prepared datasets."""

from leaderboard.storage.interface import MissingObject, ObjectStore, StoredObject
from leaderboard.storage.selection import object_store

__all__ = ["MissingObject", "ObjectStore", "StoredObject", "object_store"]
