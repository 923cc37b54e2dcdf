from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from challenges.naming.lookalikes import name_keys


def give_keys(apps: Any, schema_editor: Any) -> None:
    """Accounts come first, then shared teams, the older ones first. Of look-alikes that exist, the first has the name."""
    keys = apps.get_model("leaderboard", "NameKey").objects
    label, name = settings.AUTH_USER_MODEL.split(".")
    users = apps.get_model(label, name).objects.order_by("pk").values_list("pk", "username")
    teams = apps.get_model("leaderboard", "Team").objects.filter(is_personal=False).order_by("pk")
    for holder, rows in (("user", users), ("team", teams.values_list("pk", "name"))):
        for number, text in rows:
            found = name_keys(text)
            if not keys.filter(key__in=found).exists():
                keys.bulk_create(keys.model(key=key, **{f"{holder}_id": number}) for key in found)


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0014_jobs_keep_files")]

    operations = [
        migrations.CreateModel(
            name="NameKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=1000, unique=True)),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="name_keys",
                        to="leaderboard.team",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="name_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("user__isnull", True), ("team__isnull", True), _connector="XOR"),
                        name="name_key_has_one_holder",
                    )
                ],
            },
        ),
        migrations.AlterModelManagers(name="user", managers=[]),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
    ]
