"""The documentation is complete: everything that the code offers is named where a reader looks for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from evaluators.bundles.importers import IMPORTERS
from evaluators.kinds import Kind, ScorerInfo, every_kind
from evaluators.registry import METRICS, MODELS, FixedModel, Metric, baselines_for
from evaluators.specification import read_specification
from leaderboard.environment import PREFIX, Environment

TREE = Path(__file__).resolve().parent.parent


PAGES = [TREE / "README.md", TREE / "THREAT_MODEL.md", TREE / "SECURITY.md", *sorted((TREE / "docs").rglob("*.md"))]


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
    reference = f"`{info.reference}`" if info.reference else ""
    metrics = ", ".join(f"`{name}`" for name in info.metrics) if info.metrics is not None else "all of the kind"
    fixed = ", ".join(f"`{field}: {value}`" for field, value in info.fixes.items())
    cells = [f"`{kind.name}`", f"`{info.name}`", info.version, reference, metrics, fixed]
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


@pytest.mark.parametrize("row", rows())
def test_what_is_declared_has_its_row_in_a_table(row: str) -> None:
    assert any(row in page.read_text().splitlines() for page in PAGES)


def test_the_page_of_kinds_has_no_other_row() -> None:
    text = (TREE / "docs/kinds.md").read_text().partition("## Adding a kind")[0]
    assert set(re.findall(r"^\| `.*$", text, re.MULTILINE)) <= set(rows())


def rows_below(header: str) -> list[str]:
    """The rows of all tables with this header."""
    table = re.compile(rf"^{re.escape(header)}\n.*\n((?:\|.*\n)+)", re.MULTILINE)
    return [row for page in PAGES for rows in table.findall(page.read_text()) for row in rows.splitlines()]


def model_row(model: type[FixedModel]) -> str:
    parameters = [
        f"`{name}` ({json.dumps(info.default)}): {info.description}" for name, info in model.model_fields.items()
    ]
    return f"| `{model.name}` | {model.method} | {' '.join(parameters)} |".replace("|  |", "| |")


def metric_row(metric: Metric) -> str:
    better = "higher" if metric.direction == "maximize" else "lower"
    return f"| `{metric.name}` | {metric.formula} | {better} | {metric.requirement or 'Any.'} |"


def test_the_tables_of_models_say_what_the_models_declare() -> None:
    assert sorted(rows_below("| name | model | parameters |")) == sorted(map(model_row, MODELS.values()))


def test_the_tables_of_metrics_say_what_the_metrics_declare() -> None:
    assert sorted(rows_below("| name | formula | better | tasks |")) == sorted(map(metric_row, METRICS.values()))


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


def test_the_bill_of_materials_has_every_pinned_library() -> None:
    """``./run sbom`` runs this command, after it has installed what is pinned."""
    (command,) = re.findall(r'exec "\$python" (-m cyclonedx_py .+)', (TREE / "run").read_text())
    done = subprocess.run([sys.executable, *command.split()], cwd=TREE, capture_output=True, check=True)
    made = json.loads(done.stdout)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    pinned = re.findall(r"^([\w.-]+)==([^\s;]+)", (TREE / "requirements.txt").read_text(), re.MULTILINE)
    assert len(pinned) > 50
    assert sorted((item["name"], item["version"]) for item in made["components"]) == sorted(pinned)
    # Nothing is there without its version.
    lines = (TREE / "requirements.txt").read_text().splitlines()
    assert len(pinned) == sum(bool(line) and line[0] not in " #" for line in lines)


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
