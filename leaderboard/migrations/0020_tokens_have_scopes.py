"""Tokens have scopes and expire. Those that exist may do what they could do before, and never expire."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ALL = ["read", "submit", "organize"]


def allow_everything(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("leaderboard", "ApiToken").objects.update(scopes=ALL)


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0017_redaction")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="scopes",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="expires_at",
            field=models.DateTimeField(
                editable=False,
                help_text="Empty for tokens from before tokens expired: they never do.",
                null=True,
            ),
        ),
        migrations.RunPython(allow_everything, migrations.RunPython.noop, elidable=True),
    ]
