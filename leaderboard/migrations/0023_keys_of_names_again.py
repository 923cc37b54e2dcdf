from typing import Any

from django.conf import settings
from django.db import migrations

from challenges.naming.lookalikes import name_keys


def give_keys_again(apps: Any, schema_editor: Any) -> None:
    """Names have more keys than before. In the order of 0015; of look-alikes that exist, the first has the shared ones.

    The later one keeps the others, so that nobody can get just its name.
    """
    keys = apps.get_model("leaderboard", "NameKey").objects
    keys.all().delete()
    label, name = settings.AUTH_USER_MODEL.split(".")
    users = apps.get_model(label, name).objects.order_by("pk").values_list("pk", "username")
    teams = apps.get_model("leaderboard", "Team").objects.filter(is_personal=False).order_by("pk")
    for holder, rows in (("user", users), ("team", teams.values_list("pk", "name"))):
        for number, text in rows:
            found = [keys.model(key=key, **{f"{holder}_id": number}) for key in sorted(name_keys(text))]
            keys.bulk_create(found, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0022_name_of_the_sandbox")]

    operations = [migrations.RunPython(give_keys_again, migrations.RunPython.noop)]
