"""The documentation is complete: everything that the code offers is named where a reader looks for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evaluators.learning import METRICS
from evaluators.registry import MODELS, baselines_for
from evaluators.specification import read_specification
from leaderboard.environment import PREFIX, Environment

TREE = Path(__file__).resolve().parent.parent


PAGES = [TREE / "README.md", TREE / "THREAT_MODEL.md", *sorted((TREE / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", sorted({*METRICS, *MODELS}))
def test_every_metric_and_model_has_a_line_in_a_table(name: str) -> None:
    assert any(f"| `{name}` |" in page.read_text() for page in PAGES)


@pytest.mark.parametrize(
    "bundle", sorted((TREE / "challenges" / "demo").glob("*/challenge.yaml")), ids=lambda path: path.parent.name
)
def test_a_challenges_page_shows_what_every_baseline_gets(bundle: Path) -> None:
    specification = read_specification(bundle.parent)
    marked = rf"<!-- baselines {specification.slug} -->(.*?)<!-- /baselines -->"
    (table,) = [found for page in PAGES for found in re.findall(marked, page.read_text(), re.DOTALL)]
    assert set(re.findall(r"^\| (.+?) \| [\d.]+ \|", table, re.MULTILINE)) == {
        info.title for info in baselines_for(specification)
    }


def test_deploying_page_names_exactly_the_settings_there_are() -> None:
    named = set(re.findall(rf"^\| `({PREFIX}[A-Z0-9_]+)` \|", (TREE / "docs/deploying.md").read_text(), re.MULTILINE))
    assert named == {PREFIX + field.upper() for field in Environment.model_fields}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    relative = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if not target.startswith("http")]
    named = re.findall(r"`((?:challenges|docker|docs|evaluators|frontend|leaderboard|tests)/[\w./-]+)`", text)
    assert relative or named
    for target in relative:
        assert (page.parent / target).exists(), target
    for target in named:
        assert (TREE / target).exists(), target
