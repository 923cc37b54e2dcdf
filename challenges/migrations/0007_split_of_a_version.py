from typing import Any

from django.db import migrations, models
from django.db.models import F, Q


def fill_splits(apps: Any, schema_editor: Any) -> None:
    """Final is what was loaded as the hidden part of another version, or what a phase waits for.

    A phase whose board is on its final data names the same version twice, which tells nothing: the board may have gone
    there from its final data by mistake.
    """
    versions = apps.get_model("challenges", "DatasetVersion").objects
    waiting = apps.get_model("challenges", "Phase").objects.exclude(final_dataset_version=F("dataset_version"))
    hidden = versions.exclude(final_part=None).values("final_part")
    waited_for = waiting.exclude(final_dataset_version=None).values("final_dataset_version")
    found = versions.filter(Q(is_final_part=True) | Q(pk__in=hidden) | Q(pk__in=waited_for))
    # Not an update with subqueries on the same table, for the sake of every database.
    versions.filter(pk__in=list(found.values_list("pk", flat=True))).update(split="final")


class Migration(migrations.Migration):
    dependencies = [
        ("challenges", "0006_dataset_loaded_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="datasetversion",
            name="split",
            field=models.CharField(
                choices=[("public", "Shown during the phase"), ("final", "Hidden until the end")],
                default="public",
                editable=False,
                help_text=(
                    "The split of the test set on which it scores. Once final it stays final, even if it is shown later."
                ),
                max_length=10,
            ),
        ),
        migrations.RunPython(fill_splits, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("split__in", ["public", "final"])), name="dataset_version_split_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_final_part", False), ("split", "final"), _connector="OR"),
                name="dataset_version_hidden_split_is_final",
            ),
        ),
    ]
