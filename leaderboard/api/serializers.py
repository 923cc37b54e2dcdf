"""The API's representation of each object."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from challenges.members.rules import rules_sha256
from challenges.models import Challenge, DataFile, Phase
from leaderboard.api.specifications import AnySpecificationSerializer, shown_specification
from leaderboard.boards.rows import BoardRow
from leaderboard.evaluations.scores import mean_scores
from leaderboard.evaluations.shown import published_sha256, shown_moment, shown_timings
from leaderboard.models import Division, Submission, SubmissionFile
from leaderboard.models.statuses import Status


class PhaseSerializer(serializers.ModelSerializer[Phase]):
    state = serializers.ChoiceField(choices=["upcoming", "open", "closed"], read_only=True)

    class Meta:
        model = Phase
        fields = (
            "name",
            "state",
            "starts_at",
            "ends_at",
            "daily_limit",
            "total_limit",
            "max_team_size",
            "open_division",
            "freezes_at",
        )


class ChallengeSerializer(serializers.ModelSerializer[Challenge]):
    url = serializers.HyperlinkedIdentityField(view_name="api:challenge-detail", lookup_field="slug")
    phase = PhaseSerializer(source="current_phase", read_only=True, allow_null=True)

    class Meta:
        model = Challenge
        fields: tuple[str, ...] = ("slug", "url", "title", "summary", "kind", "domain", "status", "phase")


class ChallengeDetailSerializer(ChallengeSerializer):
    dataset = serializers.CharField(
        source="current_phase.dataset_version.public_digest", read_only=True, default=None, allow_null=True
    )
    specification = serializers.SerializerMethodField()
    rules_sha256 = serializers.SerializerMethodField(
        help_text="Of the rules' text and the limits of the phase. Whoever submits accepts it; empty: there are none."
    )

    class Meta(ChallengeSerializer.Meta):
        fields = (*ChallengeSerializer.Meta.fields, "dataset", "rules_sha256", "specification")

    def get_rules_sha256(self, challenge: Challenge) -> str:
        phase = challenge.current_phase
        return rules_sha256(phase) if phase is not None else ""

    @extend_schema_field(AnySpecificationSerializer(allow_null=True))
    def get_specification(self, challenge: Challenge) -> Any:
        phase = challenge.current_phase
        return shown_specification(phase.dataset_version.spec) if phase is not None else None


class DataFileSerializer(serializers.ModelSerializer[DataFile]):
    url = serializers.SerializerMethodField()

    class Meta:
        model = DataFile
        fields = ("name", "url", "size", "sha256", "media_type")

    def get_url(self, file: DataFile) -> str:
        path = reverse("api:challenge-file", args=[self.context["slug"], file.name])
        address: str = self.context["request"].build_absolute_uri(path)
        return address


class SubmissionFileSerializer(serializers.ModelSerializer[SubmissionFile]):
    class Meta:
        model = SubmissionFile
        fields = ("name", "size", "sha256")


class ProblemSerializer(serializers.Serializer[Any]):
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)
    file = serializers.CharField(allow_null=True)
    line = serializers.IntegerField(allow_null=True)
    field = serializers.CharField(allow_null=True)
    column = serializers.IntegerField(required=False)


class ProblemDetailsSerializer(serializers.Serializer[Any]):
    """RFC 9457. ``problems`` is present when the submission is at fault."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    problems = ProblemSerializer(many=True, required=False)
    omitted = serializers.IntegerField(required=False)


class SubmissionSummarySerializer(serializers.ModelSerializer[Submission]):
    """A submission as it appears in a list of your own submissions."""

    url = serializers.HyperlinkedIdentityField(view_name="api:submission-detail", lookup_field="pk")
    challenge = serializers.CharField(source="phase.challenge.slug", read_only=True)
    phase = serializers.CharField(source="phase.name", read_only=True)
    team = serializers.CharField(source="team.name", read_only=True)
    baseline = serializers.BooleanField(source="is_baseline", read_only=True)
    submitted = serializers.DateTimeField(source="created_at", read_only=True)
    status = serializers.ChoiceField(source="evaluation.status", choices=Status.choices, read_only=True)
    score = serializers.FloatField(source="evaluation.score", read_only=True, allow_null=True)
    message = serializers.CharField(source="evaluation.message", read_only=True)

    class Meta:
        model = Submission
        fields: tuple[str, ...] = (
            "id",
            "url",
            "challenge",
            "phase",
            "team",
            "name",
            "baseline",
            "submitted",
            "status",
            "score",
            "message",
        )


class PublicSubmissionSerializer(SubmissionSummarySerializer):
    """A submission on the board as everyone sees it: its scores, but not its files."""

    status = serializers.SerializerMethodField()  # type: ignore[assignment]
    score = serializers.FloatField(
        source="board_entry.score",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="null: it has no place on the board, because it was withdrawn or disqualified.",
    )
    scores = serializers.SerializerMethodField()

    class Meta(SubmissionSummarySerializer.Meta):
        fields = (*(name for name in SubmissionSummarySerializer.Meta.fields if name != "message"), "scores")

    def get_status(self, submission: Submission) -> str:
        return Status.SUCCEEDED.value

    @extend_schema_field(serializers.DictField(child=serializers.DictField(child=serializers.FloatField())))
    def get_scores(self, submission: Submission) -> dict[str, dict[str, float]]:
        return mean_scores(submission)


class SubmissionSerializer(SubmissionSummarySerializer):
    """A submission as its own team sees it: everything."""

    problems = ProblemSerializer(source="evaluation.problems", many=True, read_only=True)
    scores = serializers.SerializerMethodField()
    files = SubmissionFileSerializer(many=True, read_only=True)
    check = serializers.ListField(source="check_report.lines", child=serializers.CharField(), read_only=True)
    attempt = serializers.IntegerField(source="evaluation.attempt", read_only=True)
    scorer = serializers.CharField(source="evaluation.scorer", read_only=True)
    started = serializers.SerializerMethodField(help_text="To the second.")
    finished = serializers.SerializerMethodField(help_text="To the second.")
    timings = serializers.SerializerMethodField(help_text="Seconds by section, to about a tenth.")
    result_sha256 = serializers.SerializerMethodField(help_text="Of the result as its page offers it to the team.")

    class Meta(SubmissionSummarySerializer.Meta):
        fields = (
            *SubmissionSummarySerializer.Meta.fields,
            "refunded",
            "problems",
            "scores",
            "files",
            "check",
            "attempt",
            "scorer",
            "started",
            "finished",
            "timings",
            "result_sha256",
        )

    def get_started(self, submission: Submission) -> datetime | None:
        return shown_moment(submission.evaluation.started_at) if submission.evaluation else None

    def get_finished(self, submission: Submission) -> datetime | None:
        return shown_moment(submission.evaluation.finished_at) if submission.evaluation else None

    @extend_schema_field(serializers.DictField(child=serializers.FloatField()))
    def get_timings(self, submission: Submission) -> dict[str, float]:
        return shown_timings(submission.evaluation) if submission.evaluation else {}

    def get_result_sha256(self, submission: Submission) -> str:
        return published_sha256(submission.evaluation) if submission.evaluation else ""

    @extend_schema_field(serializers.DictField(child=serializers.DictField(child=serializers.FloatField())))
    def get_scores(self, submission: Submission) -> dict[str, dict[str, float]]:
        return mean_scores(submission)


class UploadSerializer(serializers.Serializer[Any]):
    """The form for a submission.

    ``tasks`` is optional. If given, it has one value for each of ``files``, in the same order: the task that the file
    is for, or an empty value if the file's name contains the task. A file whose name does not contain its task is
    stored as ``TASK_name``. ``team`` is the slug of the team that you submit for; without it, you submit for the team
    that you take part with in this challenge, or on your own.
    """

    files = serializers.ListField(child=serializers.FileField())
    tasks = serializers.ListField(child=serializers.CharField(allow_blank=True), required=False)
    name = serializers.CharField(max_length=80)
    team = serializers.CharField(max_length=160, required=False)
    division = serializers.ChoiceField(
        choices=Division.choices, required=False, help_text="Open: where the phase has an open division."
    )


class CheckedFormSerializer(serializers.Serializer[Any]):
    files = serializers.ListField(child=serializers.FileField())
    tasks = serializers.ListField(child=serializers.CharField(allow_blank=True), required=False)


class CheckSerializer(serializers.Serializer[Any]):
    """What the checked files contain; they can be submitted."""

    lines = serializers.ListField(child=serializers.CharField())
    files = SubmissionFileSerializer(many=True)


class BoardEntrySerializer(serializers.Serializer[Any]):
    """A row of a board, with the same fields as in ``board.json``; ``submission`` is the URL of the submission."""

    rank = serializers.IntegerField(
        allow_null=True, help_text="Among the best entry of each team; null for a team's other entries."
    )
    rank_all = serializers.IntegerField(help_text="Among all entries.")
    team = serializers.CharField()
    name = serializers.CharField()
    score = serializers.FloatField()
    baseline = serializers.BooleanField()
    submitted = serializers.DateTimeField()
    submission = serializers.SerializerMethodField()
    division = serializers.ChoiceField(choices=Division.choices)

    @extend_schema_field(OpenApiTypes.URI)
    def get_submission(self, row: BoardRow) -> str:
        path = reverse("api:submission-detail", args=[row["submission"]])
        address: str = self.context["request"].build_absolute_uri(path)
        return address
