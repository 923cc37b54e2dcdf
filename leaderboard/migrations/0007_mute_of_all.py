import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("challenges", "0004_final_part"),
        ("leaderboard", "0006_unread_notices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="mute",
            name="challenge",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: about all of them.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="challenges.challenge",
            ),
        ),
        migrations.AddConstraint(
            model_name="mute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("challenge", None)), fields=("user",), name="mute_of_all_is_unique"
            ),
        ),
    ]
