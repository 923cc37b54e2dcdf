"""The documentation is complete: what the code offers is named where a reader looks for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evaluators.metric_names import METRICS
from evaluators.registry import BASELINES, MODELS
from leaderboard.environment import PREFIX, Environment

TREE = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", [*METRICS, *MODELS, *{name for kind in BASELINES.values() for name in kind}])
def test_selection_page_names_every_metric_model_and_baseline(name: str) -> None:
    assert f"| `{name}` |" in (TREE / "docs/selection.md").read_text()


def test_deploying_page_names_exactly_the_settings_there_are() -> None:
    named = set(re.findall(rf"^\| `({PREFIX}[A-Z0-9_]+)` \|", (TREE / "docs/deploying.md").read_text(), re.MULTILINE))
    assert named == {PREFIX + field.upper() for field in Environment.model_fields}


@pytest.mark.parametrize("page", ["README.md", "THREAT_MODEL.md", "docs/selection.md", "docs/deploying.md"])
def test_links_and_paths_lead_somewhere(page: str) -> None:
    text = (TREE / page).read_text()
    relative = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if not target.startswith("http")]
    named = re.findall(r"`((?:challenges|docker|docs|evaluators|frontend|leaderboard|tests)/[\w./-]+)`", text)
    assert relative or named
    for target in relative:
        assert ((TREE / page).parent / target).exists(), target
    for target in named:
        assert (TREE / target).exists(), target
