"""A challenge being created: what its organizer uploaded and answered, and what the dry run found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from challenges.models.dataset import SHA256


class DraftWork(models.TextChoices):
    DESCRIBE = "describe", "Reading the files"
    BUILD = "build", "Making the data of the challenge"


class Draft(models.Model):
    """The state of the wizard: ``answers`` come from the organizer, ``card`` from reading the data in the sandbox.

    ``card`` holds ``files`` (the contents of the uploaded files), ``draft`` (how the bundle was built), ``data``
    (numbers for plots) and ``built`` (a digest of the answers and files that the newest data was built from). ``work``
    is what a worker is doing or is to do with the files, empty if nothing.
    """

    Work = DraftWork

    challenge = models.OneToOneField("challenges.Challenge", on_delete=models.CASCADE, related_name="draft")
    answers = models.JSONField(default=dict, blank=True)
    card = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    work = models.CharField(max_length=10, choices=DraftWork.choices, blank=True)

    def __str__(self) -> str:
        return f"draft of {self.challenge_id}"

    @property
    def is_under_way(self) -> bool:
        return bool(self.work)


class DraftFile(models.Model):
    """One uploaded file; its bytes are in the object store. ``content`` describes its columns."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, validators=[SHA256])
    size = models.PositiveBigIntegerField()
    content = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("draft", "name")
        constraints = (models.UniqueConstraint(fields=["draft", "name"], name="draft_file_name_is_unique"),)

    def __str__(self) -> str:
        return self.name


class ReadinessState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    BROKEN = "broken", "Broken"


class Readiness(models.Model):
    """A dry run of one version of the data. ``report`` holds its findings, see ``evaluators.readiness``.

    While it runs, ``report`` says which baselines the data does not allow, and why (``left_out``, by name).
    ``problem`` is shown to the organizer.
    """

    State = ReadinessState

    dataset_version = models.ForeignKey(
        "challenges.DatasetVersion", on_delete=models.CASCADE, related_name="readiness_runs"
    )
    state = models.CharField(max_length=10, choices=ReadinessState.choices, default=ReadinessState.RUNNING)
    report = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name_plural = "readiness runs"

    def __str__(self) -> str:
        return f"readiness of {self.dataset_version_id}: {self.state}"


class Acknowledgement(models.Model):
    """An organizer read a warning and decided to publish all the same. Rows are only ever added."""

    readiness = models.ForeignKey(Readiness, on_delete=models.CASCADE, related_name="acknowledgements")
    code = models.CharField(max_length=60, help_text="Which warning.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("readiness", "pk")
        constraints = (models.UniqueConstraint(fields=["readiness", "code"], name="acknowledgement_once"),)

    def __str__(self) -> str:
        return self.code
