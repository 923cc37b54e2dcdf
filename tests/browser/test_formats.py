"""Every accepted format of a submission, uploaded to the demo challenge of its kind: it appears on the board, and the
command line gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from evaluators.kinds.acquisition import AcquisitionSpecification
from evaluators.specification import read_specification
from leaderboard.management.demo import ACCOUNTS, BUNDLES
from tests.browser.conftest import MakePage, accept_rules, sign_in
from tests.command_line import call
from tests.live_site import LiveSite
from tests.visitor import Visitor

SCORED = 60_000
Rows = list[dict[str, str]]
Plan = dict[str, Rows]
"""A baseline's choice: the lines of its files, by task."""

Files = dict[str, bytes]


@dataclass(frozen=True)
class Form:
    """``write`` turns a baseline's choice into the files to upload."""

    slug: str
    baseline: str
    name: str
    write: Callable[[Plan], Files]


def as_csv(rows: Rows, header: list[str] | None = None) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([header or list(rows[0]), *(row.values() for row in rows)])
    return out.getvalue().encode()


def a_file_each(plan: Plan) -> Files:
    return {f"{task}.csv": as_csv(rows) for task, rows in plan.items()}


def one_table(plan: Plan) -> Files:
    return {"all.csv": as_csv([{"task": task} | row for task, rows in plan.items() for row in rows])}


def zipped(plan: Plan) -> Files:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in a_file_each(plan).items():
            archive.writestr(f"my submission/{name}", content)
    return {"mine.zip": packed.getvalue()}


def dataperf_csv(plan: Plan) -> Files:
    return {f"{task}.csv": as_csv(rows, ["ImageID", "Confidence"]) for task, rows in plan.items()}


def dataperf_json(plan: Plan) -> Files:
    return {
        f"{task}.json": json.dumps({row["id"]: int(row["label"]) for row in rows}).encode()
        for task, rows in plan.items()
    }


def keywords_json(plan: Plan) -> Files:
    files = {}
    for task, rows in plan.items():
        targets = {word: [] for word in target_words(task)}  # type: dict[str, list[str]]
        nontargets = []
        for row in rows:
            word = row["id"].partition("/")[0]
            targets.get(word, nontargets).append(row["id"])
        files[f"{task}_train.json"] = json.dumps({"targets": targets, "nontargets": nontargets}).encode()
    return files


def target_words(task: str) -> list[str]:
    specification: Any = read_specification(BUNDLES / "keywords")
    return [name for name in specification.plans[task].labels if name != "nontarget"]


def row_numbers(plan: Plan) -> Files:
    train = pq.read_table(BUNDLES / "noisy-digits/public/train.parquet", columns=["id"])["id"].to_pylist()
    numbers = {name: number for number, name in enumerate(train)}
    return {
        f"{task}_knn_shapley.txt": "".join(f"{numbers[row['id']]}\n" for row in rows).encode()
        for task, rows in plan.items()
    }


def with_drops(plan: Plan) -> Files:
    return {
        f"{task}.csv": as_csv([row | {"label": "drop"} if number % 3 == 0 else row for number, row in enumerate(rows)])
        for task, rows in plan.items()
    }


def one_line(suffix: str) -> Callable[[Plan], Files]:
    """DataPerf's format: a number for each seller, in the order of the sellers."""

    def write(plan: Plan) -> Files:
        specification = read_specification(BUNDLES / "gloss-market")
        assert isinstance(specification, AcquisitionSpecification)
        files = {}
        for task, rows in plan.items():
            bought = {row["seller"]: row["rows"] for row in rows}
            sellers = [seller.name for seller in specification.markets[task].sellers]
            files[f"{task}.{suffix}"] = ",".join(bought.get(name, "0") for name in sellers).encode()
        return files

    return write


FORMS = [
    Form("rare-nouns", "stratified", "a CSV each", a_file_each),
    Form("rare-nouns", "stratified", "one CSV with tasks", one_table),
    Form("rare-nouns", "stratified", "a zip", zipped),
    Form("digits", "stratified", "CSV", a_file_each),
    Form("digits", "stratified", "DataPerf CSV", dataperf_csv),
    Form("digits", "stratified", "DataPerf JSON", dataperf_json),
    Form("keywords", "stratified", "a CSV each", a_file_each),
    Form("keywords", "stratified", "one CSV with tasks", one_table),
    Form("keywords", "stratified", "DataPerf JSON", keywords_json),
    Form("noisy-digits", "knn-shapley", "CSV", a_file_each),
    Form("noisy-digits", "knn-shapley", "DataPerf TXT", row_numbers),
    Form("mended-digits", "knn-shapley", "CSV", a_file_each),
    Form("mended-digits", "knn-shapley", "CSV with drops", with_drops),
    Form("gloss-market", "most-similar", "a CSV each", a_file_each),
    Form("gloss-market", "most-similar", "one CSV with tasks", one_table),
    Form("gloss-market", "most-similar", "DataPerf TXT", one_line("txt")),
    Form("gloss-market", "most-similar", "DataPerf CSV", one_line("csv")),
]


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Form], Plan]:
    """A baseline's choice, computed once for each challenge."""
    folder = tmp_path_factory.mktemp("plans")

    def plan_of(form: Form) -> Plan:
        out = folder / form.slug
        if not out.exists():
            call("baseline", form.baseline, BUNDLES / form.slug, "--out", out, "--store", folder / "store")
        return {path.stem: list(csv.DictReader(path.read_text().splitlines())) for path in sorted(out.iterdir())}

    return plan_of


@pytest.fixture
def page(new_page: MakePage) -> Page:
    return sign_in(new_page(accept_downloads=True))


@pytest.fixture(scope="module")
def organizer(site: LiveSite) -> Visitor:
    (account,) = (account for account in ACCOUNTS if account.is_organizer)
    return Visitor(site.url).sign_in(account.username, account.password)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.slug}: {form.name}")
def test_it_ends_on_the_board_with_the_bytes_of_the_command_line(
    form: Form, page: Page, site: LiveSite, organizer: Visitor, plans: Callable[[Form], Plan], tmp_path: Path
) -> None:
    written = form.write(plans(form))
    folder = tmp_path / "files"
    folder.mkdir()
    for name, content in written.items():
        (folder / name).write_bytes(content)
    title = f"as {form.name}"

    page.goto(f"/challenges/{form.slug}/submit")
    page.get_by_label("Name of the entry").fill(title)
    page.get_by_label("Files", exact=True).set_input_files(sorted(folder.iterdir()))
    expect(page.locator("#check")).to_contain_text("This can be submitted")
    accept_rules(page)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/submissions/*/")
    expect(page.locator("main .page-head .badge.succeeded")).to_be_visible(timeout=SCORED)

    result = f"{urlsplit(page.url).path}result.json"
    recorded = organizer.read(result)
    # Its team gets the same without what hidden rows could be guessed from.
    assert json.loads(page.request.get(result).body())["score"] == json.loads(recorded)["score"]
    assert call("score", BUNDLES / form.slug, folder, "--json", "--store", tmp_path / "store").stdout == recorded

    entries = site.get(f"challenges/{form.slug}/leaderboard/?all=1")["entries"]
    score = json.loads(recorded)["score"]["value"]
    assert [entry["score"] for entry in entries if entry["name"] == title] == [score]


def test_a_task_is_chosen_on_the_page(
    page: Page, site: LiveSite, plans: Callable[[Form], Plan], tmp_path: Path
) -> None:
    """Files whose names don't name a task: the list beside each sets its task, and the stored name keeps it."""
    plan = plans(FORMS[0])
    for task, rows in plan.items():
        (tmp_path / f"choice of {len(task)} {task[::-1]}.csv").write_bytes(as_csv(rows))
    page.goto("/challenges/rare-nouns/submit")
    page.get_by_label("Name of the entry").fill("tasks chosen")
    files = sorted(tmp_path.iterdir())
    page.get_by_label("Files", exact=True).set_input_files(files)
    expect(page.locator("#check .problems")).to_contain_text("Its name is not that of a task")
    for file in files:
        page.get_by_label(file.name).select_option(file.stem.split()[-1][::-1])
    expect(page.locator("#check")).to_contain_text("This can be submitted")
    accept_rules(page)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/submissions/*/")
    expect(page.locator("main .page-head .badge.succeeded")).to_be_visible(timeout=SCORED)
    for file in files:
        task = file.stem.split()[-1][::-1]
        expect(page.get_by_text(f"{task}_{file.name}").first).to_be_visible()
