from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

KEPT = "challenge_id, act, detail, by_name, at"
POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION challenges_auditentry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the log of a challenge is only ever added to'; END $$""",
    f"""CREATE TRIGGER challenges_auditentry_kept BEFORE UPDATE OF {KEPT} ON challenges_auditentry
    FOR EACH ROW EXECUTE FUNCTION challenges_auditentry_kept()""",
)
SQLITE = (
    f"""CREATE TRIGGER challenges_auditentry_kept BEFORE UPDATE OF {KEPT} ON challenges_auditentry
    BEGIN SELECT RAISE(ABORT, 'the log of a challenge is only ever added to'); END""",
)


def add_triggers(apps: Any, editor: Any) -> None:
    """The database refuses changes to rows. They are deleted only with their challenge, which is then a draft."""
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("challenges", "0012_title_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("published", "Published"),
                            ("archived", "Archived"),
                            ("reopened", "Opened again"),
                            ("settings", "Settings changed"),
                            ("texts", "Texts changed"),
                            ("data", "Data loaded"),
                            ("phase-added", "Phase added"),
                            ("phase-changed", "Phase changed"),
                            ("phase-removed", "Phase removed"),
                            ("rescored", "Scoring again started"),
                            ("rescoring-stopped", "Scoring again stopped"),
                            ("rescoring-retried", "Scoring again retried"),
                            ("invited", "Invitation made"),
                            ("invitation-withdrawn", "Invitation withdrawn"),
                            ("joined", "Invitation accepted"),
                            ("role-given", "Role given"),
                            ("role-taken", "Role taken away"),
                            ("handed-over", "Handed over"),
                            ("left", "Left"),
                            ("archive-taken", "Archive taken"),
                            ("redacted", "Text removed"),
                        ],
                        max_length=30,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=300)),
                (
                    "by_name",
                    models.CharField(help_text="The name at that time; it stays if the account goes.", max_length=150),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="audit", to="challenges.challenge"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "ordering": ("-pk",),
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["challenge", "-id"], name="audit_newest_first")],
            },
        ),
        migrations.RunPython(add_triggers, migrations.RunPython.noop),
    ]
