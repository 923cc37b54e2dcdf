"""Everything that a worker does is a job. Each evaluation gets the job that has its status, attempts and history."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

STATUSES = [
    ("queued", "Queued"),
    ("running", "Running"),
    ("succeeded", "Succeeded"),
    ("failed", "Failed"),
    ("errored", "Error"),
    ("cancelled", "Cancelled"),
]


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0010_workers_are_notified"), ("challenges", "0008_workers_are_notified")]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                (
                    "lane",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Housekeeping: short work of the site itself"),
                            (1, "Interactive: somebody is waiting for the answer"),
                            (2, "Scoring"),
                            (3, "Background: it waits until nothing else does"),
                        ]
                    ),
                ),
                ("subject", models.CharField(max_length=160)),
                ("payload", models.JSONField(blank=True, default=dict)),
                ("status", models.CharField(choices=STATUSES, default="queued", max_length=10)),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("faults", models.PositiveIntegerField(default=0)),
                ("lease_owner", models.CharField(blank=True, max_length=120)),
                ("lease_expires_at", models.DateTimeField(blank=True, null=True)),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "not_before",
                    models.DateTimeField(blank=True, help_text="No worker claims it earlier.", null=True),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("message", models.TextField(blank=True, help_text="What the person who asked is told.")),
                ("problems", models.JSONField(blank=True, default=list)),
                ("result", models.JSONField(blank=True, default=dict)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "challenge",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="challenges.challenge",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="leaderboard.team",
                    ),
                ),
            ],
            options={"ordering": ("-pk",)},
        ),
        migrations.AddField(
            model_name="evaluation",
            name="job",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="evaluation",
                to="leaderboard.job",
            ),
        ),
        migrations.AddField(
            model_name="statuschange",
            name="job",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="history", to="leaderboard.job"
            ),
        ),
        # A line of a job that is no evaluation's has none.
        migrations.AlterField(
            model_name="statuschange",
            name="evaluation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="history",
                to="leaderboard.evaluation",
            ),
        ),
    ]
