"""The text of a line may be replaced once, by the words that say so. All else stays as it was written, as before."""

from typing import Any

from django.db import migrations, models

REMOVED = "[Removed by the site''s staff.]"
KEPT = ("submission_id", "kind", "by_role", "at")
OTHERS = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in KEPT)
FORBIDDEN = f"""{OTHERS} OR ((NEW.text IS DISTINCT FROM OLD.text OR NEW.redacted_at IS DISTINCT FROM OLD.redacted_at)
    AND NOT (OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL AND NEW.text = '{REMOVED}'))"""
SAYS = "the log of decisions is only ever added to"

POSTGRESQL = (
    f"""CREATE TRIGGER leaderboard_decision_kept BEFORE UPDATE ON leaderboard_decision
    FOR EACH ROW WHEN ({FORBIDDEN}) EXECUTE FUNCTION leaderboard_decision_kept()""",
)
SQLITE = (
    f"""CREATE TRIGGER leaderboard_decision_kept BEFORE UPDATE ON leaderboard_decision
    WHEN {FORBIDDEN.replace("IS DISTINCT FROM", "IS NOT")} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
)


def change_trigger(apps: Any, editor: Any) -> None:
    is_postgresql = editor.connection.vendor == "postgresql"
    editor.execute(
        "DROP TRIGGER IF EXISTS leaderboard_decision_kept" + (" ON leaderboard_decision" if is_postgresql else "")
    )
    for statement in POSTGRESQL if is_postgresql else SQLITE:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0016_counters")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="redacted_at",
            field=models.DateTimeField(editable=False, help_text="When staff removed its text.", null=True),
        ),
        migrations.RunPython(change_trigger, migrations.RunPython.noop),
    ]
