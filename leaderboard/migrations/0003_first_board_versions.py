"""Every phase that has been submitted to gets the version of its board that its scores are of."""

from django.db import migrations


def add_versions(apps, schema_editor):
    Phase = apps.get_model("challenges", "Phase")
    BoardVersion = apps.get_model("leaderboard", "BoardVersion")
    Evaluation = apps.get_model("leaderboard", "Evaluation")
    for phase in Phase.objects.all():
        of_phase = Evaluation.objects.filter(submission__phase=phase)
        if of_phase.exists():
            version = BoardVersion.objects.create(
                phase=phase, number=1, dataset_version_id=phase.dataset_version_id, current_at=phase.starts_at
            )
            of_phase.update(board_version=version)


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0002_organizers")]

    operations = [migrations.RunPython(add_versions, migrations.RunPython.noop)]
