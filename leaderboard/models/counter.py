"""Counters of attempts, which Django's cache in the database keeps here, see ``CACHES`` in the settings."""

from __future__ import annotations

from django.db import models


class Counter(models.Model):
    """The columns that ``DatabaseCache`` wants. Only the cache writes them; the maintenance deletes expired ones."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
