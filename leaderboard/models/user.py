from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models, transaction

from challenges.naming.lookalikes import name_keys
from leaderboard.models.name import NameKey


class UserManager(DjangoUserManager["User"]):
    """Accounts that are made at a shell take their names as those that sign up do."""

    use_in_migrations = False

    def create_user(self, username: str, *args: Any, **fields: Any) -> User:
        """Raises IntegrityError: the name is taken, or looks like another one."""
        return self._named(super().create_user, username, *args, **fields)

    def create_superuser(self, username: str, *args: Any, **fields: Any) -> User:
        """Raises IntegrityError: the name is taken, or looks like another one."""
        return self._named(super().create_superuser, username, *args, **fields)

    def _named(self, create: Any, *args: Any, **fields: Any) -> User:
        with transaction.atomic():
            made: User = create(*args, **fields)
            NameKey.objects.claim(name_keys(made.username), made)
            return made


class User(AbstractUser):
    """Django's user as our own model, because a project cannot change its user model later."""

    unread_notices = models.PositiveIntegerField(
        default=0, editable=False, help_text="How many notices came since they were last looked at."
    )
    deleted_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Set in a row that is left of a deleted account: it has only the name, which nobody else can take.",
    )

    objects: ClassVar[UserManager] = UserManager()
