"""Bytes under their SHA-256, on local disk or in any S3: downloads, sweep, and the datasets prepared from them."""

from leaderboard.storage.interface import MissingObject, ObjectStore, StoredObject
from leaderboard.storage.selection import object_store

__all__ = ["MissingObject", "ObjectStore", "StoredObject", "object_store"]
