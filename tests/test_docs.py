"""The documentation is complete: everything that the code offers is named where a reader looks for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evaluators.bundles.importers import IMPORTERS
from evaluators.kinds import Kind, ScorerInfo, every_kind
from evaluators.learning import METRICS
from evaluators.registry import MODELS, baselines_for
from evaluators.specification import read_specification
from leaderboard.environment import PREFIX, Environment

TREE = Path(__file__).resolve().parent.parent


PAGES = [TREE / "README.md", TREE / "THREAT_MODEL.md", *sorted((TREE / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", sorted({*METRICS, *MODELS}))
def test_every_metric_and_model_has_a_line_in_a_table(name: str) -> None:
    assert any(f"| `{name}` |" in page.read_text() for page in PAGES)


def rows() -> list[str]:
    """What the tables of kinds, scorers, importers and baselines must have: their declarations."""
    kinds = every_kind()
    return [
        *(f"| `{kind.name}` | {kind.meaning} | {kind.submission} |" for kind in kinds),
        *(_scorer_row(kind, info) for kind in kinds for info in kind.scorers),
        *(f"| `{name}` | {importer.title} |" for name, importer in IMPORTERS.items()),
        *(f"| `{info.name}` | {info.meaning} | {info.paper} |" for kind in kinds for info in kind.baselines.values()),
    ]


def _scorer_row(kind: Kind, info: ScorerInfo) -> str:
    reference = f"`{info.reference}` " if info.reference else ""
    return f"| `{kind.name}` | `{info.name}` | {info.version} | {reference}|"


@pytest.mark.parametrize("row", rows())
def test_what_is_declared_has_its_row_in_a_table(row: str) -> None:
    assert any(row in page.read_text().splitlines() for page in PAGES)


def test_the_page_of_kinds_has_no_other_row() -> None:
    text = (TREE / "docs/kinds.md").read_text().partition("## Adding a kind")[0]
    assert set(re.findall(r"^\| `.*$", text, re.MULTILINE)) <= set(rows())


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
