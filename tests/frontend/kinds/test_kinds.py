"""Every page of a cleaning and of an acquisition, with results in the format of their scorers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from challenges.models import Phase
from evaluators.bundles.importers import acquisition
from evaluators.datasets import PreparedDataset, prepare
from evaluators.kinds.acquisition import AcquisitionSpecification
from evaluators.scoring.score import score
from evaluators.specification import Table
from evaluators.submissions import Upload
from frontend.kinds import pages_of
from frontend.rows import public_data
from leaderboard.models import Submission, User
from leaderboard.previews import reading
from leaderboard.previews.rows import PublicRows
from leaderboard.teams.teams import baselines_team
from tests import factories, kinds
from tests.bundles import write_bundle
from tests.formats import rows_of, written

Load = Callable[..., Phase]


def _entry(phase: Phase, owner: Any, files: dict[str, bytes], score: float, result: dict[str, Any], **more: Any) -> Any:
    made = factories.submission(phase, owner, files=files, **more)
    factories.evaluate(made, factories.scored(made.evaluation, score, **result))
    return made


def _ranked(phase: Phase, owner: Any, *, hit: int = 5, reveal: bool = False, **more: Any) -> Submission:
    files = {"pets.txt": "\n".join(map(str, range(kinds.ROWS))).encode()}
    return _entry(phase, owner, files, hit / kinds.ROWS, kinds.ranking(hit=hit, reveal=reveal), **more)


def _bought(phase: Phase, owner: Any, *, cost: float = 42.5, **more: Any) -> Submission:
    files = {"all.csv": b"task,seller,rows\n0,alpha,2\n0,beta,9\n1,alpha,2\n1,beta,9\n"}
    return _entry(phase, owner, files, 0.74, kinds.purchase(cost=cost), **more)


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.fixture
def cleaning(load: Load, tmp_path: Path) -> Phase:
    return load(kinds.write_cleaning(tmp_path / "b", pixels=kinds.squares(), reveal="fixes"))


@pytest.fixture
def market(load: Load, tmp_path: Path) -> Phase:
    return load(kinds.write_acquisition(tmp_path / "b"))


class TestCleaning:
    def test_the_challenge_says_what_is_asked(self, client: Client, cleaning: Phase) -> None:
        text = _text(client, "/challenges/tiny-cleaning/")
        for part in ("Rank all rows", "pets.csv", "pets.txt, as DataPerf had it", "lower is better", "corrected"):
            assert part in text
        for hidden in ("pets-truth", "pets-test"):
            assert hidden not in text

    def test_the_rows_can_be_looked_at(self, client: Client, cleaning: Phase) -> None:
        text = _text(client, "/challenges/tiny-cleaning/rows/")
        assert text.count('<img src="data:image/png;base64,') == kinds.ROWS
        assert "pets-019" in text
        one = _text(client, "/challenges/tiny-cleaning/rows/?label=dog")
        assert one.count("<img") == kinds.ROWS // 2 + 1
        assert "pets-000" in one
        assert "pets-001" not in one

    @pytest.mark.parametrize("query", ["table=1", "table=-1", "table=x", "table=²", "table=99999999999999999999"])
    def test_there_are_no_other_tables(self, client: Client, cleaning: Phase, query: str) -> None:
        assert client.get(f"/challenges/tiny-cleaning/rows/?{query}").status_code == 404

    @pytest.mark.parametrize("query", ["page=x", "page=-3", "page=99999999999999999", "label=<b>", "label="])
    def test_other_questions_are_answered(self, client: Client, cleaning: Phase, query: str) -> None:
        assert "<b>" not in _text(client, f"/challenges/tiny-cleaning/rows/?{query}")

    def test_a_ranking_is_drawn_beside_the_baselines(self, page: Client, cleaning: Phase, user: User) -> None:
        for hit in (10, 15):
            _ranked(cleaning, baselines_team(), hit=hit, name=f"after {hit}", baseline=f"b{hit}", client="baseline")
        made = _ranked(cleaning, user)
        text = _text(page, f"/submissions/{made.pk}/")
        assert 'after <strong class="num">5</strong> of 20 fixes' in text
        assert text.count('class="line"') == 2
        assert "The target is 0.8550" in text
        assert "after 10: 10" in text

    def test_the_fixes_are_shown_in_the_order_of_the_ranking(self, page: Client, cleaning: Phase, user: User) -> None:
        made = _ranked(cleaning, user, reveal=True)
        text = _text(page, f"/submissions/{made.pk}/")
        assert "Of the 20 rows that were named, 5 had a wrong label" in text
        assert text.index('alt="Row 17"') < text.index('alt="Row 0"') < text.index('alt="Row 16"')
        assert text.count('<line class="right"') == 5
        assert text.count('<line class="wrong"') == 15

    def test_others_see_the_curve_and_not_the_fixes(
        self, client: Client, cleaning: Phase, user: User, other: User
    ) -> None:
        made = _ranked(cleaning, user, reveal=True)
        client.force_login(other)
        text = _text(client, f"/submissions/{made.pk}/")
        assert 'class="line own"' in text
        for private in ('alt="Row', "pets-0", "wrong label", '<line class="right"', "first 10 %"):
            assert private not in text

    def test_from_counts_a_baseline_s_page_tells_nobody_which_labels_were_wrong(
        self, load: Load, client: Client, tmp_path: Path
    ) -> None:
        """The scorer's own results for two rankings that differ only between the points of the curve."""
        bundle = kinds.write_cleaning(tmp_path / "b")
        phase = load(bundle)
        dataset = PreparedDataset.open(prepare(bundle, tmp_path / "store"))
        drawn = []
        for order in ([5, 0, 1, 2, 3, 6, 7, 4, 8, 9], [3, 0, 5, 2, 1, 7, 6, 8, 4, 9]):
            content = "".join(f"{row}\n" for row in [*order, *range(10, kinds.ROWS)]).encode()
            result = score(dataset, [Upload("pets.txt", content)])
            recorded = {key: result.model_dump()[key] for key in ("tasks", "seeds", "curves", "slices")}
            files = {"pets.txt": content}
            made = _entry(
                phase, baselines_team(), files, result.score.value, recorded, baseline=f"b{order[0]}", client="baseline"
            )
            text = _text(client, f"/submissions/{made.pk}/")
            assert "Labels set right, measured every 10" in text
            path = re.search(r'class="line own" d="M([^"]*)"', text)
            assert path is not None
            drawn.append(path[1])
            assert len(path[1].split("L")) == 3
            assert f"of {kinds.ROWS} fixes" in text
        assert drawn[0] == drawn[1]

    def test_without_curves_the_numbers_are_shown(self, page: Client, cleaning: Phase, user: User) -> None:
        result = kinds.ranking() | {"curves": {}, "slices": {}}
        files = {"pets.txt": "\n".join(map(str, range(kinds.ROWS))).encode()}
        made = _entry(cleaning, user, files, 0.25, result)
        text = _text(page, f"/submissions/{made.pk}/")
        assert "0.2500" in text
        assert 'class="line' not in text

    def test_the_board_reads_from_below(self, client: Client, cleaning: Phase, user: User, other: User) -> None:
        _ranked(cleaning, user, hit=5, name="good")
        _ranked(cleaning, other, hit=15, name="bad")
        text = _text(client, "/challenges/tiny-cleaning/leaderboard/")
        assert text.index(">good<") < text.index(">bad<")
        assert "lower is better: the best are on the left" in text
        assert "Mean accuracy" in text
        assert "lower is better" in _text(client, "/")

    def test_the_public_evaluator_s_numbers_are_read_as_it_meant_them(
        self, load: Load, page: Client, user: User, tmp_path: Path
    ) -> None:
        reference = {"scorer": "reference", "reference": "dataperf-vision-cleaning", "seeds": [42]}
        phase = load(kinds.write_cleaning(tmp_path / "b", model={"name": "linear-adamw"}, **reference))
        result = kinds.ranking()
        result["tasks"]["pets"] |= {"auc": -1.0, "fraction_fixes": 4 / kinds.ROWS}
        result |= {"seeds": [{"seed": 42, "tasks": result["tasks"]}], "curves": {"pets": [0.5] * 4 + [0.9] * 16}}
        files = {"pets.txt": "\n".join(map(str, range(kinds.ROWS))).encode()}
        made = _entry(phase, user, files, 0.2, result)
        text = _text(page, f"/submissions/{made.pk}/")
        # Its first point is after the first fix, which it counts as zero.
        assert 'after <strong class="num">5</strong> of 20 fixes' in text
        assert "Within 5 % of its own last accuracy" in text
        assert "−1.0000" not in text
        assert "gives away which labels were wrong" in _text(page, "/challenges/tiny-cleaning/")
        board = _text(page, "/challenges/tiny-cleaning/leaderboard/")
        assert "Mean accuracy" not in board
        assert "the evaluator that DataPerf published in 2023" in board

    def test_mended_labels_are_counted(self, load: Load, page: Client, user: User, tmp_path: Path) -> None:
        bundle = kinds.write_cleaning(tmp_path / "b", action="relabel", budget=4, metric="accuracy")
        phase = load(bundle)
        assert "at most 4 labels" in _text(page, "/challenges/tiny-cleaning/").lower()
        tasks = {"pets": {"accuracy": 0.8}}
        result = {
            "tasks": tasks,
            "seeds": [{"seed": 0, "tasks": tasks}],
            "slices": {"pets": {"outcomes": {"mended": 2.0, "spoilt": 1.0, "errors left": 3.0, "right dropped": 0.0}}},
        }
        made = _entry(phase, user, {"pets.csv": b"id,label\npets-000,cat\npets-001,drop\n"}, 0.8, result)
        text = _text(page, f"/submissions/{made.pk}/")
        for part in ("What became of the labels", "mended", "spoilt", "errors left"):
            assert part in text
        assert "right dropped" not in text


class TestAcquisition:
    def test_the_buyer_sees_prices_and_not_goods(self, client: Client, market: Phase) -> None:
        text = _text(client, "/challenges/tiny-market/")
        for part in (
            "Market 0",
            "Alpha",
            "100 · n / 10",
            "80 · q · (1 − 0.2 · q), q = n / 20",
            "5 once, then 0.25 a row",
            "Everything that is for sale costs 176.5",
            "cat 50\u00a0%",
            "0.750",
            "summaries-0.json",
            "task,seller,rows",
            "0.98 · accuracy",
        ):
            assert part in text
        assert "secret" not in text

    def test_a_purchase_is_shown_by_seller(self, page: Client, market: Phase, user: User) -> None:
        _bought(market, baselines_team(), cost=0.0, name="Nothing", baseline="nothing", client="baseline")
        made = _bought(market, user)
        text = _text(page, f"/submissions/{made.pk}/")
        for part in ("42.5 of 60 spent", "Beta", "22.5", "Nothing from 1 other seller", "Nothing: 0.7500 for 0"):
            assert part in text
        assert text.count('class="dot baseline"') == 2

    def test_others_see_what_it_cost_and_not_from_whom(self, client: Client, market: Phase, user: User) -> None:
        made = _bought(market, user)
        text = _text(client, f"/submissions/{made.pk}/")
        assert "42.5 of 60 spent" in text
        assert "Beta" not in text

    def test_the_board_shows_accuracy_and_cost_beside_the_score(
        self, client: Client, market: Phase, user: User
    ) -> None:
        _bought(market, user)
        text = _text(client, "/challenges/tiny-market/leaderboard/")
        for part in (">Accuracy</th>", ">Cost</th>", "42.50", "0.7500"):
            assert part in text

    def test_a_task_that_was_left_out_is_a_dash(self, load: Load, client: Client, user: User, tmp_path: Path) -> None:
        phase = load(kinds.write_acquisition(tmp_path / "b", partial=True))
        made = _entry(phase, user, {"0.txt": b"1,1,1\n"}, 0.74, kinds.purchase(("0",)))
        assert "may leave tasks out" in _text(client, "/challenges/tiny-market/")
        assert '<span class="quiet">—</span>' in _text(client, "/challenges/tiny-market/leaderboard/")
        text = _text(client, f"/submissions/{made.pk}/")
        assert "Market 1" in text
        assert '<span class="quiet">—</span>' in text

    def test_published_summaries_of_an_imported_market_are_shown(
        self, load: Load, client: Client, tmp_path: Path
    ) -> None:
        """DataPerf's summaries have NaN for constant features, and describe the label as well."""
        source = tmp_path / "source"
        rows = "0.5,7,0\n1.5,7,1\n"
        published = kinds.summary(30_000) | {"label_correlation": {"0": -0.25, "1": float("nan"), "2": 1.0}}
        for name, content in {
            "marketinfo/0/price/budget.txt": "150",
            "marketinfo/0/price/price.txt": "lin,100",
            "marketinfo/0/data_buyer/20.csv": rows,
            "marketinfo/0/summary/0.csv.json": json.dumps(published),
            "features/0/0.csv": rows,
        }.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(content)
        acquisition.import_bundle(source, tmp_path / "b")
        load(tmp_path / "b")
        text = _text(client, "/challenges/dataperf-acquisition/")
        for part in ("100 · n / 30,000", "0.25", "Everything that is for sale"):
            assert part in text

    @pytest.mark.parametrize(
        "wrong", [{"row_number": 0}, {"row_number": "many"}, {"label_correlation": {"0": 10**400, "1": 0.5}}], ids=str
    )
    def test_a_summary_that_was_loaded_before_it_was_checked_breaks_no_page(
        self, load: Load, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
    ) -> None:
        bundle = kinds.write_acquisition(tmp_path / "b")
        path = bundle / "public/summaries-0.json"
        path.write_text(json.dumps([item | wrong for item in json.loads(path.read_text())]))
        monkeypatch.setattr(AcquisitionSpecification, "check_document", lambda *arguments: None)
        load(bundle)
        assert "100 · n / N" in _text(client, "/challenges/tiny-market/")

    def test_a_summary_that_is_none_hides_nothing_else(
        self, client: Client, market: Phase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("frontend.rows.public_data.MAX_FILE_BYTES", 10)
        text = _text(client, "/challenges/tiny-market/")
        assert "100 · n / N" in text
        assert "Everything that is for sale" not in text


class TestSelection:
    def test_what_was_chosen_is_shown_by_class(self, page: Client, phase: Phase, user: User, client: Client) -> None:
        slices = {"apple": {"selected": {"0": 4.0, "1": 2.0}, "groups": {"here": 5.0, "there": 1.0}}}
        made = factories.submission(phase, user)
        factories.evaluate(made, factories.scored(made.evaluation, 0.5, slices=slices))
        text = _text(page, f"/submissions/{made.pk}/")
        for part in ("What was chosen", "6 of 6 rows", ">others<", ">apple<", ">there<"):
            assert part in text
        client.logout()
        assert "What was chosen" not in _text(client, f"/submissions/{made.pk}/")

    def test_tasks_of_their_own_are_told_apart(self, load: Load, client: Client, tmp_path: Path) -> None:
        tasks = [{"name": "en_25", "budget": 4}, {"name": "en_60", "title": "English, 60"}]
        load(write_bundle(tmp_path / "b", tasks=tasks, metric="macro_f1", classes=["apple", "bread", "nontarget"]))
        text = _text(client, "/challenges/tiny/")
        for part in ("4 to 6 rows, by task", "English, 60", "en_25_train.json", "nontargets", "en_60.csv"):
            assert part in text
        assert "4 to 6 rows, by task" in _text(client, "/challenges/tiny/")


@pytest.mark.parametrize(
    ("write", "slug"),
    [(kinds.write_cleaning, "tiny-cleaning"), (kinds.write_acquisition, "tiny-market"), (write_bundle, "tiny")],
)
def test_the_program_on_the_page_makes_a_file_that_is_accepted(
    write: Any, slug: str, load: Load, page: Client, tmp_path: Path
) -> None:
    """The program runs unchanged, with only the public files."""
    phase = load(write(tmp_path / "b"))
    pages = pages_of(phase.dataset_version.spec)
    work = tmp_path / "work"
    work.mkdir()
    for name in pages.fetch:
        (work / name).write_bytes((tmp_path / "b/public" / name).read_bytes())
    (work / f"{slug}.json").write_bytes(page.get(f"/api/v1/challenges/{slug}/").content)
    subprocess.run([sys.executable, "-c", pages.python], cwd=work, check=True)
    files = {name: (work / name).read_bytes() for name in pages.send}
    answer = page.post(f"/challenges/{slug}/check", {"files": factories.form_files(files)})
    assert answer.status_code == 200, answer.content.decode()


@pytest.mark.parametrize("kind", ["csv", "wide", "npz", "npy+csv", "npy+npz", "npy+parquet"])
def test_the_program_reads_every_format_of_tables(kind: str, load: Load, page: Client, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b")
    content = json.loads((bundle / "challenge.yaml").read_text())
    content["pool"] = written(bundle, kind, rows_of(bundle))
    (bundle / "challenge.yaml").write_text(json.dumps(content))
    pages = pages_of(load(bundle).dataset_version.spec)
    work = tmp_path / "work"
    work.mkdir()
    for name in pages.fetch:
        (work / name).write_bytes((bundle / "public" / name).read_bytes())
    subprocess.run([sys.executable, "-c", pages.python], cwd=work, check=True)
    files = {name: (work / name).read_bytes() for name in pages.send}
    answer = page.post("/challenges/tiny/check", {"files": factories.form_files(files)})
    assert answer.status_code == 200, answer.content.decode()


def test_every_example_names_its_task(load: Load, tmp_path: Path) -> None:
    """The label of an example starts with a valid file name."""
    phase = load(kinds.write_cleaning(tmp_path / "b", names=("01g317", "01g317-flipped")))
    pages = pages_of(phase.dataset_version.spec)
    assert [example.label.split(",")[0].split(":")[0] for example in pages.examples] == [
        "01g317.csv",
        "One CSV for all tasks",
        "01g317.txt",
    ]
    assert len({example.id for example in pages.examples}) == len(pages.examples)


@pytest.mark.parametrize(
    "pixels",
    [
        pa.array([[0] * 15] * kinds.ROWS, pa.list_(pa.uint8())),
        pa.array([[0] * (9 if row else 16) for row in range(kinds.ROWS)], pa.list_(pa.uint8())),
        pa.array([[0] * 16] * (kinds.ROWS - 1) + [None], pa.list_(pa.uint8())),
        pa.array([[0] * 15 + [None]] * kinds.ROWS, pa.list_(pa.uint8())),
        pa.array([[0.5] * 16] * kinds.ROWS, pa.list_(pa.float32())),
        pa.array([[0] * 6400] * kinds.ROWS, pa.list_(pa.uint8())),
        pa.array([[]] * kinds.ROWS, pa.list_(pa.uint8())),
        pa.array(["pixels"] * kinds.ROWS),
        pa.array([{"a": 1}] * kinds.ROWS),
    ],
    ids=["no-square", "uneven", "missing", "holes", "floats", "large", "empty", "text", "struct"],
)
def test_what_is_no_picture_is_a_table(load: Load, client: Client, tmp_path: Path, pixels: pa.Array) -> None:
    load(kinds.write_cleaning(tmp_path / "b", pixels=pixels))
    text = _text(client, "/challenges/tiny-cleaning/rows/")
    assert "<img" not in text
    assert text.count("pets-0") == kinds.ROWS


@pytest.mark.parametrize(("where", "limit"), [(reading, "MAX_ROWS"), (public_data, "MAX_FILE_BYTES")])
def test_what_is_too_large_for_a_page_says_so(
    load: Load, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: ModuleType, limit: str
) -> None:
    load(kinds.write_cleaning(tmp_path / "b", licence=limit))
    monkeypatch.setattr(where, limit, 10)
    public_data._rows.cache_clear()
    assert "Too much for a page" in _text(client, "/challenges/tiny-cleaning/rows/")
    public_data._rows.cache_clear()


@pytest.mark.parametrize(("limit", "value"), [("MAX_ROWS", 30), ("MAX_PIXEL_BYTES", 16 * 30)])
def test_the_parts_of_a_table_keep_the_limits_together(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    """Each of the two files of twenty rows is within the limits by itself."""
    bundle = kinds.write_cleaning(tmp_path / "b", names=("cats", "dogs"), pixels=kinds.squares(), licence=limit)
    version = load(bundle).dataset_version
    cats, both = Table(files=["public/cats.parquet"]), Table(files=["public/cats.parquet", "public/dogs.parquet"])

    def shown(table: Table) -> tuple[int, bool]:
        rows = public_data.PublicData(version).rows(table)
        return (len(rows), rows.pixels is not None) if isinstance(rows, PublicRows) else (0, False)

    assert (shown(cats), shown(both)) == ((20, True), (40, True))
    monkeypatch.setattr(reading, limit, value)
    public_data._rows.cache_clear()
    assert (shown(cats), shown(both)) == ((20, True), (0, False) if limit == "MAX_ROWS" else (40, False))
    public_data._rows.cache_clear()


def test_a_result_of_another_time_breaks_no_page(page: Client, cleaning: Phase, user: User) -> None:
    """A result of an older version may lack fields; those are not shown."""
    made = _ranked(cleaning, user)
    evaluation = made.evaluations.get()
    content = json.loads(evaluation.result)
    for field in ("curves", "slices", "seeds"):
        content.pop(field, None)
        evaluation.result = json.dumps(content)
        evaluation.save()
        _text(page, f"/submissions/{made.pk}/")


@pytest.mark.parametrize("kind", ["cleaning", "market"])
def test_the_baselines_beside_cost_one_query(
    kind: str,
    request: pytest.FixtureRequest,
    page: Client,
    user: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    phase = request.getfixturevalue(kind)
    enter: Any = _ranked if kind == "cleaning" else _bought
    made = enter(phase, user)
    enter(phase, baselines_team(), name="b", baseline="b", client="baseline")
    address = f"/submissions/{made.pk}/"
    with django_assert_max_num_queries(13) as few:
        _text(page, address)
    for number in range(10):
        enter(phase, baselines_team(), name=f"rival {number}", baseline=f"b{number}", client="baseline")
    with django_assert_num_queries(len(few)):
        text = _text(page, address)
    assert "rival 6" in text
    assert "rival 9" not in text, "no more than eight are read"


@pytest.mark.parametrize(
    ("kind", "slug", "pages"),
    [
        ("cleaning", "tiny-cleaning", ("", "leaderboard/", "submit", "rows/")),
        ("market", "tiny-market", ("", "leaderboard/", "submit")),
    ],
)
def test_pages_of_every_kind_run_nothing_inline_and_cost_little(
    kind: str,
    slug: str,
    pages: tuple[str, ...],
    request: pytest.FixtureRequest,
    page: Client,
    user: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    phase = request.getfixturevalue(kind)
    made = _ranked(phase, user) if kind == "cleaning" else _bought(phase, user)
    if "rows/" in pages:
        # The first reader waits for the job that reads the rows; here its queries are counted with the page's.
        _text(page, f"/challenges/{slug}/rows/")
        public_data._rows.cache_clear()
    for address in ("/", f"/submissions/{made.pk}/", *(f"/challenges/{slug}/{name}" for name in pages)):
        with django_assert_max_num_queries(15):
            text = _text(page, address)
        for forbidden in (" style=", "<style", " onclick=", "<script>", "https://"):
            assert forbidden not in text, address
