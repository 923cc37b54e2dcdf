"""What the name of an account or a team could be taken for. One row for each key, see ``challenges.naming``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models, transaction


class NameKeyQuerySet(models.QuerySet["NameKey"]):
    def held_by(self, holder: models.Model) -> NameKeyQuerySet:
        return self.filter(**_of(holder))

    def claim(self, keys: Iterable[str], holder: models.Model) -> None:
        """Give ``holder``, an account or a team, these keys in place of its earlier ones.

        Raises:
            IntegrityError: another one holds one of them.
        """
        with transaction.atomic():
            self.held_by(holder).delete()
            NameKey.objects.bulk_create([NameKey(key=key, **_of(holder)) for key in keys])


def _of(holder: models.Model) -> dict[str, Any]:
    return {"user" if holder._meta.label == settings.AUTH_USER_MODEL else "team": holder}


class NameKey(models.Model):
    """Unique, so that of two who take look-alike names at once only one gets it.

    An account's keys hold for its personal team too, which is called like it.
    """

    key = models.CharField(max_length=1000, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="name_keys"
    )
    team = models.ForeignKey(
        "leaderboard.Team", on_delete=models.CASCADE, null=True, blank=True, related_name="name_keys"
    )

    objects = NameKeyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(team__isnull=True), name="name_key_has_one_holder"
            ),
        )

    def __str__(self) -> str:
        return self.key
