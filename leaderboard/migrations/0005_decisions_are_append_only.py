"""Lines of the log of decisions stay as they were written, whoever asks the database.

``by`` alone may become empty: that is what happens when an account is deleted. A later migration that alters the table
makes SQLite build it anew, without its triggers: it has to run ``add_triggers`` again, and a test notices.
"""

from typing import Any

from django.db import migrations

KEPT = "submission_id, kind, text, by_role, at"

POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION leaderboard_decision_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the log of decisions is only ever added to'; END $$""",
    f"""CREATE TRIGGER leaderboard_decision_kept BEFORE UPDATE OF {KEPT} ON leaderboard_decision
    FOR EACH ROW EXECUTE FUNCTION leaderboard_decision_kept()""",
    """CREATE TRIGGER leaderboard_decision_stays BEFORE DELETE ON leaderboard_decision
    FOR EACH ROW EXECUTE FUNCTION leaderboard_decision_kept()""",
)
# Django empties tables of tests by DELETE on SQLite; there the ORM alone stands in the way of that.
SQLITE = (
    f"""CREATE TRIGGER leaderboard_decision_kept BEFORE UPDATE OF {KEPT} ON leaderboard_decision
    BEGIN SELECT RAISE(ABORT, 'the log of decisions is only ever added to'); END""",
)


def add_triggers(apps: Any, editor: Any) -> None:
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def drop_triggers(apps: Any, editor: Any) -> None:
    on_table = " ON leaderboard_decision" if editor.connection.vendor == "postgresql" else ""
    editor.execute(f"DROP TRIGGER IF EXISTS leaderboard_decision_kept{on_table}")
    if on_table:
        editor.execute("DROP TRIGGER IF EXISTS leaderboard_decision_stays ON leaderboard_decision")
        editor.execute("DROP FUNCTION IF EXISTS leaderboard_decision_kept()")


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0004_evaluations_have_a_board_version")]

    operations = [
        migrations.AlterModelOptions(
            name="decision", options={"base_manager_name": "objects", "ordering": ("submission", "pk")}
        ),
        migrations.RunPython(add_triggers, drop_triggers),
    ]
