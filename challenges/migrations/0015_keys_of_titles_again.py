from typing import Any

from django.db import migrations

from challenges.naming.lookalikes import name_keys


def give_keys_again(apps: Any, schema_editor: Any) -> None:
    """Titles have more keys than before. Of look-alikes that exist, the oldest has the shared ones."""
    keys = apps.get_model("challenges", "TitleKey").objects
    keys.all().delete()
    shown = apps.get_model("challenges", "Challenge").objects.exclude(status="draft").order_by("pk")
    for number, title in shown.values_list("pk", "title"):
        found = [keys.model(key=key, challenge_id=number) for key in sorted(name_keys(title))]
        keys.bulk_create(found, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("challenges", "0014_organizers")]

    operations = [migrations.RunPython(give_keys_again, migrations.RunPython.noop)]
