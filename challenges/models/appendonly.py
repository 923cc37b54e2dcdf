"""Tables whose rows are added and never changed: logs that others rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class AppendOnly(TypeError):
    """Something tried to change or delete a line of an append-only log."""


class AppendOnlyQuerySet(models.QuerySet[M]):
    """Allows reading and adding only. The database also refuses changes, see the migrations that make triggers."""

    allowed: Mapping[str, Any] = {"by": None}
    """The only change: deleting an account sets ``by`` to NULL."""

    def _refuse(self) -> NoReturn:
        raise AppendOnly(f"rows of {self.model._meta.verbose_name_plural} are only ever added")

    def update(self, **kwargs: Any) -> int:
        if kwargs != self.allowed:
            self._refuse()
        return super().update(**kwargs)

    def _update(self, values: Any) -> NoReturn:
        # Saving an existing row ends up here.
        self._refuse()

    def delete(self) -> NoReturn:
        self._refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse()
