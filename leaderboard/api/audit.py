"""The log of a challenge."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated

from challenges.members.roles import may_own, require
from challenges.members.visibility import visible_challenge
from challenges.models import AuditEntry
from leaderboard.api.queries import ListView


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    by = serializers.CharField(source="by_name", help_text="The account's name at that time, or 'the site'.")

    class Meta:
        model = AuditEntry
        fields = ("at", "by", "act", "detail")


class ChallengeLog(ListView[AuditEntry]):
    """Who did what to a challenge, newest first. Only its owners and staff may read it; nobody can change it."""

    serializer_class = AuditEntrySerializer
    permission_classes = [IsAuthenticated]

    def get_queryset(self) -> QuerySet[AuditEntry]:
        if getattr(self, "swagger_fake_view", False):
            return AuditEntry.objects.none()
        challenge = visible_challenge(self.request.user, self.kwargs["slug"])
        require(may_own, self.request.user, challenge)
        return AuditEntry.objects.filter(challenge=challenge)
