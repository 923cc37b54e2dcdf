from typing import Any

import django.core.validators
from django.db import migrations, models

from evaluators.datasets import new_key


def give_keys(apps: Any, schema_editor: Any) -> None:
    """A key for each: adding the column gave all rows the same one."""
    versions = apps.get_model("challenges", "DatasetVersion").objects
    for number in versions.values_list("pk", flat=True):
        versions.filter(pk=number).update(key=new_key())


class Migration(migrations.Migration):
    dependencies = [("challenges", "0010_marks_of_built_drafts")]

    operations = [
        migrations.AlterField(
            model_name="datasetversion",
            name="digest",
            field=models.CharField(
                help_text="Only for organizers: hidden rows can be guessed from it.",
                max_length=64,
                validators=[django.core.validators.RegexValidator("^[0-9a-f]{64}$", "not a SHA-256 in lower-case hex")],
            ),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="key",
            field=models.CharField(
                default=new_key,
                editable=False,
                max_length=64,
                validators=[django.core.validators.RegexValidator("^[0-9a-f]{64}$", "not a SHA-256 in lower-case hex")],
            ),
        ),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
    ]
