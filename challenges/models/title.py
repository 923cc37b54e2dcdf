"""What a title could be taken for; unique, so that of two challenges that are published at once only one gets it."""

from __future__ import annotations

from django.db import models


class TitleKey(models.Model):
    key = models.CharField(max_length=1000, unique=True)
    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.CASCADE, related_name="title_keys")

    def __str__(self) -> str:
        return self.key
