from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0009_board_version_started_by")]

    operations = [
        migrations.RenameModel(old_name="WorkerPulse", new_name="WorkerHeartbeat"),
        migrations.RenameField(model_name="evaluation", old_name="rung_at", new_name="notified_at"),
    ]
