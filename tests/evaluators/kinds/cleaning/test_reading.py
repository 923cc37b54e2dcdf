"""Every format of a cleaning submission, and every mistake with its file, line and remedy."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evaluators.datasets.prepared import PreparedDataset
from evaluators.kinds.cleaning.reading import DROPPED, TaskLabels, TaskRanking, read, read_reference
from evaluators.problems.problem import SubmissionError
from evaluators.submissions.uploads import Upload
from tests.cleanings import ROWS, labels, ranking, row_id, task
from tests.evaluators.kinds.cleaning.conftest import MakeCleaning

IN_ORDER = list(range(ROWS))
PERMUTATIONS = st.permutations(IN_ORDER)


def upload(name: str, content: str) -> Upload:
    return Upload(name, content.encode())


def rankings(dataset: PreparedDataset, *uploads: Upload) -> list[TaskRanking]:
    return read(dataset, uploads).rankings


def mended(dataset: PreparedDataset, *uploads: Upload) -> TaskLabels:
    (found,) = read(dataset, uploads).labels
    return found


def refused(dataset: PreparedDataset, *uploads: Upload) -> str:
    with pytest.raises(SubmissionError) as caught:
        read(dataset, uploads)
    return str(caught.value)


@given(PERMUTATIONS, st.sampled_from(["\n", "\r\n", "\r", "\n\n", " \n"]), st.booleans())
def test_row_numbers_are_read_whatever_the_line_ends(
    ranked: PreparedDataset, order: list[int], end: str, last: bool
) -> None:
    text = end.join(map(str, order)) + (end if last else "")
    (found,) = rankings(ranked, upload("jam_mine.TXT", text))
    assert (found.plan.name, found.row_indices.tolist(), found.seconds) == ("jam", order, None)


@given(PERMUTATIONS)
def test_ids_name_the_rows_that_numbers_name(ranked: PreparedDataset, order: list[int]) -> None:
    table = upload("jam.csv", "\n".join(["id", *(row_id("jam", row) for row in order)]))
    assert rankings(ranked, table)[0].row_indices.tolist() == order


def test_tasks_come_in_files_of_any_form_or_in_one_table(ranked: PreparedDataset) -> None:
    table = upload("tea.csv", "\n".join(["id", *(row_id("tea", row) for row in reversed(IN_ORDER))]))
    several = rankings(ranked, table, ranking())
    lines = [f"{name},{row_id(name, row)}" for row in IN_ORDER for name in ("tea", "jam")]
    together = rankings(ranked, upload("all.csv", "\n".join(["task,id", *lines])))
    assert [found.plan.name for found in several] == [found.plan.name for found in together] == ["jam", "tea"]
    assert several[1].row_indices.tolist() == together[1].row_indices.tolist()[::-1]


@pytest.mark.parametrize(
    ("text", "seconds"), [("4.6976000021459186e-05", 4.6976000021459186e-05), ("12\n", 12), ("0", 0)]
)
def test_seconds_are_taken_down(ranked: PreparedDataset, text: str, seconds: float) -> None:
    submission = read(ranked, [ranking(), upload("time_jam.txt", text)])
    assert submission.rankings[0].seconds == seconds
    (report,) = submission.reports()
    assert report.counts == {"rows": ROWS, "seconds": seconds}
    assert str(report) == f"Jam: all 30 rows ranked, in {seconds:g} seconds by the author's account"


@pytest.mark.parametrize("text", ["", "nan", "inf", "-1", "1e999", "1_0", "١", "1 2", "0x1", "12 s", "1,5"])
def test_other_times_are_refused(ranked: PreparedDataset, text: str) -> None:
    message = refused(ranked, ranking(), upload("time_jam.txt", text))
    assert message.startswith("time_jam.txt, line 1: ")
    assert message.endswith("is not a number of seconds. Write one number that is not negative, like 12.5.")


def test_a_time_without_its_ranking_is_refused(ranked: PreparedDataset) -> None:
    for name in ("time_tea.txt", "time_bun.txt"):
        assert "a ranking took that was not sent" in refused(ranked, ranking(), upload(name, "1"))
    assert "two files of times" in refused(
        ranked, ranking(), upload("time_jam.txt", "1"), upload("time_jam_2.txt", "1")
    )


def test_a_ranking_may_be_named_like_a_time(ranked: PreparedDataset, make_cleaning: MakeCleaning) -> None:
    single = make_cleaning(tasks=[task("jam")])
    rows = "\n".join(map(str, IN_ORDER))
    alone = read(single, [upload("time_ordered.txt", rows)])
    assert alone.rankings[0].row_indices.tolist() == IN_ORDER
    both = read(single, [upload("time_ordered.txt", rows), upload("time_mine.txt", "2.5")])
    assert (both.rankings[0].row_indices.tolist(), both.rankings[0].seconds) == (IN_ORDER, 2.5)
    timed = read(single, [upload("mine.txt", rows), upload("time_ordered.txt", "2.5")])
    assert timed.rankings[0].seconds == 2.5
    both_ranked = refused(single, upload("mine.txt", rows), upload("time_ordered.txt", rows))
    assert "is not a number of seconds" in both_ranked
    # With several tasks the name still says which task it is.
    two = read(ranked, [upload("jam.txt", rows), upload("time_tea_ordered.txt", rows)])
    assert [ranking.plan.name for ranking in two.rankings] == ["jam", "tea"]


@pytest.mark.parametrize(
    "text", ["-1", "+1", "1.0", "1e1", "0x1", "1_0", "١", "NaN", "one", "1 2", "1,2", "1;2", "¹", "id", "\ufeff1", "'1"]
)
def test_what_is_no_row_number_is_refused(ranked: PreparedDataset, text: str) -> None:
    message = refused(ranked, upload("jam.txt", "\n".join(map(str, IN_ORDER[:-1])) + f"\n{text}\n"))
    assert message.startswith("jam.txt, line 30, field 'row': ")
    assert message.endswith("is not a row number. Rows are counted from 0 to 29; write one number a line.")


@pytest.mark.parametrize(
    ("text", "shown"), [("30", "30"), ("9" * 5000, "with so large a number"), ("1" * 12, "1" * 12)]
)
def test_a_row_that_there_is_not_is_refused(ranked: PreparedDataset, text: str, shown: str) -> None:
    message = refused(ranked, upload("jam.txt", "\n".join(["0", text, *map(str, IN_ORDER[2:])])))
    assert message == (
        f"jam.txt, line 2, field 'row': there is no row {shown}. "
        "Rows are counted from 0 to 29; write one number a line."
    )


def test_a_ranking_names_every_row_once(ranked: PreparedDataset) -> None:
    assert refused(ranked, ranking([0, 1, 1, *IN_ORDER[3:]])) == (
        "jam.txt, line 3, field 'row': '1' is already named in line 2. Name each row once."
    )
    assert refused(ranked, ranking(IN_ORDER[:-1])) == (
        "jam.txt: the task 'jam' ranks 29 rows, the training set has 30. Rank every row: add 1."
    )
    longer = refused(ranked, ranking([*IN_ORDER, 0]))
    assert "jam.txt, line 31: the task 'jam' ranks 31 rows, the training set has 30. Remove 1." in longer
    assert "jam.txt, line 31, field 'row': '0' is already named in line 1." in longer


def test_the_public_evaluator_lets_rows_be_named_again_but_wants_as_many(published: PreparedDataset) -> None:
    again = Upload("01g317_mine.txt", b"7\n" * 40)
    assert read_reference(published, [again]).rankings[0].row_indices.tolist() == [7] * 40
    assert "already named in line 1" in refused(published, again)
    for wrong in (b"7\n" * 39, b"7\n" * 41, b"-1\n" * 40, b"40\n" * 40):
        with pytest.raises(SubmissionError):
            read_reference(published, [Upload("01g317_mine.txt", wrong)])


def test_far_too_many_rows_are_not_even_read(ranked: PreparedDataset) -> None:
    assert refused(ranked, ranking([0] * 61)) == (
        "jam.txt, line 61: has 61 rows, far more than the training set. Rank each row once."
    )


def test_labels_are_read_in_the_order_of_the_training_set(relabelled: PreparedDataset) -> None:
    found = mended(relabelled, labels(r005="apple", r001="bread", r003="drop"))
    assert found.row_indices.tolist() == [1, 3, 5]
    assert found.classes.tolist() == [1, DROPPED, 0]
    (report,) = read(relabelled, [labels(r005="apple", r001="bread", r003="drop")]).reports()
    assert str(report) == "Jam: 3 of 6 labels (2 relabelled, 1 dropped)"
    assert report.counts == {"relabelled": 2, "dropped": 1}


@pytest.mark.parametrize(
    ("uploads", "message"),
    [
        (
            [labels(r001="plum")],
            "jam.csv, line 2, field 'label': 'plum' is not a label of this task. "
            "Write 'drop' or one of apple, bread, chair, exactly so.",
        ),
        (
            [labels(r001="")],
            "jam.csv, line 2, field 'label': the label is missing. "
            "Write 'drop' or one of apple, bread, chair, exactly so.",
        ),
        (
            [labels(r000="apple")],
            "jam.csv, line 2, field 'label': 'jam-000' already has the label 'apple'. "
            "Leave the line out: it would cost one of your labels and change nothing.",
        ),
        (
            [labels(r777="apple")],
            "jam.csv, line 2, field 'id': 'jam-777' is not in the training set. "
            "Take the ids from the column 'id' of jam-train.parquet.",
        ),
        (
            [upload("jam.csv", "id,label\n,drop")],
            "jam.csv, line 2, field 'id': the id is empty. Take the ids from the column 'id' of jam-train.parquet.",
        ),
        (
            [upload("jam.csv", "id,label\njam-001,drop\njam-001,bread")],
            "jam.csv, line 3, field 'id': 'jam-001' is already named in line 2. Name each row once.",
        ),
        (
            [labels(**{f"r{row:03d}": "drop" for row in range(7)})],
            "jam.csv, line 8: the task 'jam' mends 7 labels, the budget is 6. Remove 1.",
        ),
        (
            [labels("bun", r001="drop")],
            "bun.csv: its name is not that of a task, and it has no column 'task'. "
            "Name it as one of jam.csv, tea.csv, or give it the header 'task,id,label'.",
        ),
        (
            [upload("all.csv", "task,id,label\nbun,jam-001,drop")],
            "all.csv, line 2, field 'task': 'bun' is not a task. The tasks are jam, tea.",
        ),
        (
            [labels(r001="drop"), upload("jam_2.csv", "id,label\njam-002,drop")],
            "jam_2.csv: the task 'jam' is already in jam.csv. Send each task once.",
        ),
        (
            [upload("jam.csv", "id\njam-001")],
            "jam.csv, line 1, field 'label': the column 'label' is missing; the first line is 'id'. "
            "The first line must be 'id,label' or 'task,id,label'.",
        ),
    ],
)
def test_mistakes_in_labels_are_explained(relabelled: PreparedDataset, uploads: list[Upload], message: str) -> None:
    assert refused(relabelled, *uploads) == message


def test_a_training_set_of_one_class_is_refused(relabelled: PreparedDataset, make_cleaning: MakeCleaning) -> None:
    small = make_cleaning(action="relabel", rows=3, partial=True)
    # Rows 0 to 2 are labelled apple, chair (wrongly) and chair.
    assert read(small, [labels(r000="drop", r001="bread")]).labels
    assert refused(small, labels(r000="drop")) == (
        "jam.csv: leaves a training set of fewer than two classes. A classifier needs rows of at least two."
    )


def test_every_task_is_asked_for_where_none_may_be_left_out(make_cleaning: MakeCleaning) -> None:
    dataset = make_cleaning()
    assert refused(dataset, ranking()) == (
        "nothing is sent for the task 'tea'. Send jam.csv, tea.csv with the header 'id', or as .txt with one row "
        "number a line, or one file with the header 'task,id'."
    )
    assert refused(dataset, ranking(name="bun")) == (
        "bun.txt: its name is not that of a task. Name it as one of jam.txt, tea.txt."
    )


@given(st.binary(max_size=300), st.sampled_from(["jam.txt", "jam.csv", "time_jam.txt", "x"]))
@example(b"\xff\xfe0\x00", "jam.txt")
@example(b"", "jam.txt")
@example(b"0\x00", "jam.txt")
def test_whatever_is_sent_is_read_or_refused(
    ranked: PreparedDataset, relabelled: PreparedDataset, content: bytes, name: str
) -> None:
    for dataset in (ranked, relabelled):
        for reading in (read, read_reference):
            with pytest.raises(SubmissionError) as caught:
                reading(dataset, [Upload(name, content)])
            assert all(problem.remedy for problem in caught.value.problems)
            assert str(caught.value).replace("\n", "").isprintable()
