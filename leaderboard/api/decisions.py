"""The public log of a review."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers

from challenges.members.visibility import visible_challenge
from leaderboard.api.queries import ListView
from leaderboard.models import Decision


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    submission = serializers.UUIDField(source="submission_id", read_only=True)
    name = serializers.CharField(source="submission.name", read_only=True)
    team = serializers.CharField(source="submission.team.name", read_only=True)
    phase = serializers.CharField(source="submission.phase.name", read_only=True)
    by = serializers.CharField(source="by.username", read_only=True, default=None, allow_null=True)

    class Meta:
        model = Decision
        fields = ("kind", "at", "by", "by_role", "text", "submission", "name", "team", "phase")


class ChallengeDecisions(ListView[Decision]):
    """Every question, answer and decision about the entries, newest first. Lines are added but never changed."""

    serializer_class = DecisionSerializer

    def get_queryset(self) -> QuerySet[Decision]:
        if getattr(self, "swagger_fake_view", False):
            return Decision.objects.none()
        challenge = visible_challenge(self.request.user, self.kwargs["slug"])
        log = Decision.objects.filter(submission__phase__challenge=challenge).order_by("-pk")
        return log.select_related("submission__team", "submission__phase", "by")
