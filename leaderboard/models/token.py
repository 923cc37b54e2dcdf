"""Bearer tokens of the API. Only their SHA-256 is stored, so reading the database is not enough to use them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from leaderboard.models.user import User

TOKEN_PREFIX = "ratchet_"  # noqa: S105 — lets secret scanners recognise a token that was published by mistake


class Scope(models.TextChoices):
    """What a token may do. No scope includes another one."""

    READ = "read", "Read"
    SUBMIT = "submit", "Submit"
    ORGANIZE = "organize", "Organize"

    @property
    def meaning(self) -> str:
        """Completes a sentence that begins with "a program with this token can"."""
        return {
            Scope.READ: "read everything that you can read, also what is not public",
            Scope.SUBMIT: "check files and submit them in your name",
            Scope.ORGANIZE: "create challenges and add data to those that you organize",
        }[self]


def digest_of(token: str) -> str:
    """The form in which a token is stored. A plain hash is enough, since tokens are long and random."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class ApiTokenManager(models.Manager["ApiToken"]):
    def issue(
        self,
        user: User,
        *,
        name: str = "",
        scopes: Collection[Scope] = tuple(Scope),
        expires_at: datetime | None = None,
    ) -> tuple[ApiToken, str]:
        """A new token and its text, which can be shown only now."""
        text = TOKEN_PREFIX + secrets.token_urlsafe(32)
        token = self.create(
            user=user,
            name=name,
            digest=digest_of(text),
            hint=text[: len(TOKEN_PREFIX) + 4],
            scopes=[scope.value for scope in Scope if scope in scopes],
            expires_at=expires_at,
        )
        return token, text


class ApiToken(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=20, editable=False, help_text="How the token starts.")
    scopes = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(
        null=True, editable=False, help_text="Empty for tokens from before tokens expired: they never do."
    )
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenManager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.hint}…"

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    def allows(self, scope: Scope) -> bool:
        return scope.value in self.scopes

    @property
    def scope_names(self) -> list[str]:
        """For pages and the administration."""
        return [scope.label for scope in Scope if self.allows(scope)]
