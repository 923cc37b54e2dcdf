from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("challenges", "0007_split_of_a_version")]

    operations = [
        migrations.RenameField(model_name="readiness", old_name="rung_at", new_name="notified_at"),
    ]
