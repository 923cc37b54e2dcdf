"""The data of a challenge, version by version. A version never changes, because scores depend on it."""

from __future__ import annotations

from functools import cached_property

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from evaluators.datasets import keyed_digest, new_key
from evaluators.specification import Specification, parse_specification

SHA256 = RegexValidator(r"^[0-9a-f]{64}$", "not a SHA-256 in lower-case hex")


class Split(models.TextChoices):
    """The split of the test set that a version is scored on."""

    PUBLIC = "public", "Shown during the phase"
    FINAL = "final", "Hidden until the end"


class DatasetVersionQuerySet(models.QuerySet["DatasetVersion"]):
    def newest(self) -> DatasetVersion | None:
        """The version loaded last, leaving out those that are the hidden final part of another version."""
        return self.filter(is_final_part=False).order_by("-loaded_at", "-number").first()


class DatasetVersion(models.Model):
    Split = Split

    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.PROTECT, related_name="dataset_versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(
        max_length=64, validators=[SHA256], help_text="Only for organizers: hidden rows can be guessed from it."
    )
    key = models.CharField(max_length=64, default=new_key, validators=[SHA256], editable=False)
    specification = models.JSONField()
    note = models.CharField(max_length=300, blank=True, help_text="What differs from the version before.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    loaded_at = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text="When it was last loaded to be shown: whoever goes back to older data loads that again.",
    )
    split = models.CharField(
        max_length=10,
        choices=Split.choices,
        default=Split.PUBLIC,
        editable=False,
        help_text="The split of the test set on which it scores. Once final it stays final, even if it is shown later.",
    )
    is_final_part = models.BooleanField(
        default=False, editable=False, help_text="Loaded as the hidden part of another version, and never shown since."
    )
    final_part = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="shown_parts",
        help_text="The version that measures on the part of the test set that is kept for after the end.",
    )

    objects = DatasetVersionQuerySet.as_manager()

    class Meta:
        ordering = ("challenge", "number")
        constraints = (
            models.UniqueConstraint(fields=["challenge", "number"], name="dataset_version_number_is_unique"),
            models.UniqueConstraint(fields=["challenge", "digest"], name="dataset_version_digest_is_unique"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="dataset_version_number_from_1"),
            models.CheckConstraint(
                condition=models.Q(split__in=["public", "final"]), name="dataset_version_split_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(is_final_part=False) | models.Q(split="final"),
                name="dataset_version_hidden_split_is_final",
            ),
        )

    def __str__(self) -> str:
        return f"{self.challenge.slug} v{self.number}"

    @property
    def public_digest(self) -> str:
        """The identity of the data that everyone may read."""
        return keyed_digest(self.digest, key=self.key)

    @cached_property
    def spec(self) -> Specification:
        """The validated specification."""
        return parse_specification(self.specification)


class DataFile(models.Model):
    """One source file of a version; its bytes are in the object store under their SHA-256."""

    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, validators=[SHA256])
    size = models.PositiveBigIntegerField()
    is_public = models.BooleanField()
    media_type = models.CharField(max_length=100)

    class Meta:
        ordering = ("dataset_version", "name")
        constraints = (
            models.UniqueConstraint(fields=["dataset_version", "name"], name="data_file_name_is_unique"),
            # The folder decides: a hidden file that is marked public by mistake must not be stored.
            models.CheckConstraint(
                condition=models.Q(is_public=True, name__startswith="public/")
                | models.Q(is_public=False, name__startswith="hidden/"),
                name="data_file_public_by_folder",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def basename(self) -> str:
        return self.name.rpartition("/")[2]
