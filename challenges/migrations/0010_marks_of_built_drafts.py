import hashlib
import json
from typing import Any

from django.db import migrations

BEFORE = ("kind", "files", "tasks", "split", "selection", "cleaning", "acquisition", "scoring")
NOW = ("kind", "files", "tasks", "split", "scoring")


def mark_anew(apps: Any, schema_editor: Any) -> None:
    """The mark of the answers from which data were built no longer depends on which kinds of challenges there are."""
    for draft in apps.get_model("challenges", "Draft").objects.iterator():
        files = sorted((file.name, file.sha256) for file in draft.files.all())
        if draft.card.get("built") == _mark(draft.answers, BEFORE, files):
            own = draft.answers.get("kind", {}).get("kind")
            draft.card["built"] = _mark(draft.answers, (*NOW, own), files)
            draft.save(update_fields=["card"])


def _mark(answers: dict[str, Any], sections: tuple[Any, ...], files: list[tuple[str, str]]) -> str:
    content = [[answers.get(name) for name in sections], files]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class Migration(migrations.Migration):
    dependencies = [("challenges", "0009_drafts_have_jobs")]

    operations = [migrations.RunPython(mark_anew, migrations.RunPython.noop)]
