"""The status of an evaluation, its attempts and what its author is told are in its job only."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0012_work_becomes_jobs")]

    operations = [
        migrations.AlterModelOptions(
            name="evaluation",
            options={"ordering": ("-pk",)},
        ),
        migrations.AlterModelOptions(
            name="statuschange",
            options={"ordering": ("job", "pk")},
        ),
        migrations.RemoveConstraint(
            model_name="evaluation",
            name="evaluation_status_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="evaluation",
            name="evaluation_leased_while_running",
        ),
        migrations.RemoveConstraint(
            model_name="evaluation",
            name="evaluation_scored_when_succeeded",
        ),
        migrations.RemoveConstraint(
            model_name="evaluation",
            name="evaluation_one_active",
        ),
        migrations.RemoveIndex(
            model_name="evaluation",
            name="evaluation_leased",
        ),
        migrations.RemoveIndex(
            model_name="evaluation",
            name="evaluation_waiting",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="attempt",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="background",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="faults",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="finished_at",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="lease_expires_at",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="lease_owner",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="message",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="notified_at",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="problems",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="queued_at",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="started_at",
        ),
        migrations.RemoveField(
            model_name="evaluation",
            name="status",
        ),
        migrations.RemoveField(
            model_name="statuschange",
            name="evaluation",
        ),
        migrations.AlterField(
            model_name="evaluation",
            name="job",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="evaluation", to="leaderboard.job"
            ),
        ),
        migrations.AlterField(
            model_name="statuschange",
            name="from_status",
            field=models.CharField(
                blank=True,
                choices=[
                    ("queued", "Queued"),
                    ("running", "Running"),
                    ("succeeded", "Succeeded"),
                    ("failed", "Failed"),
                    ("errored", "Error"),
                    ("cancelled", "Cancelled"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="statuschange",
            name="job",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="history", to="leaderboard.job"
            ),
        ),
        migrations.AlterField(
            model_name="statuschange",
            name="to_status",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("running", "Running"),
                    ("succeeded", "Succeeded"),
                    ("failed", "Failed"),
                    ("errored", "Error"),
                    ("cancelled", "Cancelled"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("status", "queued")), fields=["lane", "queued_at"], name="job_queued"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("status", "running")), fields=["lease_expires_at"], name="job_leased"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["subject", "-id"], name="job_of_subject"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["kind", "-finished_at"], name="job_finished"),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("score__isnull", False), models.Q(("result", ""), _negated=True)),
                    models.Q(("result", ""), ("score__isnull", True)),
                    _connector="OR",
                ),
                name="evaluation_has_score_and_result_or_neither",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["queued", "running", "succeeded", "failed", "errored", "cancelled"])
                ),
                name="job_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(condition=models.Q(("lane__in", [0, 1, 2, 3])), name="job_lane_is_known"),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("lease_expires_at__isnull", False),
                        ("status", "running"),
                        models.Q(("lease_owner", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("status", "running"), _negated=True),
                        ("lease_expires_at__isnull", True),
                        ("lease_owner", ""),
                    ),
                    _connector="OR",
                ),
                name="job_leased_while_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=("subject",),
                name="job_one_active_for_a_subject",
            ),
        ),
    ]
