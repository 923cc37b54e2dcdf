from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from challenges.naming.lookalikes import name_keys


def give_keys(apps: Any, schema_editor: Any) -> None:
    """Of published challenges whose titles look alike, the oldest has the title."""
    keys = apps.get_model("challenges", "TitleKey").objects
    shown = apps.get_model("challenges", "Challenge").objects.exclude(status="draft").order_by("pk")
    for number, title in shown.values_list("pk", "title"):
        found = name_keys(title)
        if not keys.filter(key__in=found).exists():
            keys.bulk_create(keys.model(key=key, challenge_id=number) for key in found)


class Migration(migrations.Migration):
    dependencies = [("challenges", "0011_keys_of_digests")]

    operations = [
        migrations.CreateModel(
            name="TitleKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=1000, unique=True)),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="title_keys",
                        to="challenges.challenge",
                    ),
                ),
            ],
        ),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
    ]
