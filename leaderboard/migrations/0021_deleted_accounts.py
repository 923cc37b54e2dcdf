"""The names of deleted accounts stay taken."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0020_tokens_have_scopes")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="deleted_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Set in a row that is left of a deleted account: it has only the name, which nobody else can take.",
                null=True,
            ),
        ),
    ]
