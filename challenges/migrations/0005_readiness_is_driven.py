from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("challenges", "0004_final_part"),
    ]

    operations = [
        migrations.AddField(
            model_name="readiness",
            name="work_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="readiness",
            name="rung_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="readiness",
            name="problem",
            field=models.CharField(blank=True, max_length=300),
        ),
    ]
