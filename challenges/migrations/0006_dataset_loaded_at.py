import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("challenges", "0005_readiness_is_driven"),
    ]

    operations = [
        # All that are there get the same moment: their numbers go on to decide which is the newest.
        migrations.AddField(
            model_name="datasetversion",
            name="loaded_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="When it was last loaded to be shown: whoever goes back to older data loads that again.",
            ),
        ),
    ]
