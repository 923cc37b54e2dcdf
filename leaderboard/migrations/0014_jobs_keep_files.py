"""Files that a job made, such as a preview of rows, are kept in the object store for as long as the job."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leaderboard", "0013_status_is_in_the_job"),
    ]

    operations = [
        migrations.CreateModel(
            name="JobFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="leaderboard.job"
                    ),
                ),
            ],
            options={
                "ordering": ("job", "name"),
                "constraints": [models.UniqueConstraint(fields=("job", "name"), name="job_file_name_once")],
            },
        ),
    ]
