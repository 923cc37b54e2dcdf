"""Whoever has submitted before there were teams of several stays with the team they submitted for, and takes part."""

from django.db import migrations


def add_entrants(apps, schema_editor):
    Submission = apps.get_model("leaderboard", "Submission")
    Entrant = apps.get_model("leaderboard", "Entrant")
    Role = apps.get_model("challenges", "Role")
    sent = (
        Submission.objects.filter(is_baseline=False, created_by__isnull=False)
        .order_by("phase__challenge", "created_by", "created_at")
        .values_list("phase__challenge", "created_by", "team")
    )
    first = {}
    for challenge, user, team in sent.iterator():
        first.setdefault((challenge, user), team)
    Entrant.objects.bulk_create(
        [Entrant(challenge_id=challenge, user_id=user, team_id=team) for (challenge, user), team in first.items()],
        ignore_conflicts=True,
    )
    Role.objects.bulk_create(
        [Role(challenge_id=challenge, user_id=user, name="participant") for challenge, user in first],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0007_mute_of_all"), ("challenges", "0002_organizers")]

    operations = [migrations.RunPython(add_entrants, migrations.RunPython.noop)]
