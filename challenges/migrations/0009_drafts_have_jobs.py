"""The work on a draft and the steps of a dry run are jobs, which have their state."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("challenges", "0008_workers_are_notified")]

    operations = [
        migrations.RemoveField(model_name="draft", name="work_state"),
        migrations.RemoveField(model_name="draft", name="work_at"),
        migrations.RemoveField(model_name="draft", name="problems"),
        migrations.RemoveField(model_name="readiness", name="work_at"),
        migrations.RemoveField(model_name="readiness", name="notified_at"),
    ]
