"""The CSV reader returns a table or an explanation, whatever its input."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evaluators.problems.problem import MAX_PROBLEMS, SubmissionError
from evaluators.submissions.csv_table import CsvTable, read_csv
from evaluators.submissions.uploads import Upload

LAYOUTS = [("id", "label"), ("task", "id", "label")]
PIECES = (b"id", b"label", b",", b"\n", b"\r", b'"', b"\xef\xbb\xbf", b"\0", b" ", b";", b"\t", b"\xc2\xa0", b"[", b"a")


def read(content: bytes, *, max_bytes: int = 100_000, max_rows: int = 50) -> CsvTable:
    return read_csv(Upload("a.csv", content), LAYOUTS, max_bytes=max_bytes, max_rows=max_rows)


def table_or_error(content: bytes) -> CsvTable | SubmissionError:
    try:
        return read(content)
    except SubmissionError as error:
        return error


def refusal(content: bytes, **bounds: int) -> str:
    with pytest.raises(SubmissionError) as caught:
        read(content, **bounds)
    return str(caught.value)


@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)))
@example(b"\xef\xbb\xbf")
@example(b"\xef\xbb\xbf\n")
@example("\u2003\n\u00a0".encode())
@example(b"\x1c\x1d")
@example(b'"')
@example(b'id,label\n"a\nb')
@example(b'id,label\n"a"b,c')
def test_any_bytes_give_a_table_or_an_explanation(content: bytes) -> None:
    answer = table_or_error(content)
    if isinstance(answer, CsvTable):
        assert answer.rows
        assert all(tuple(row.cells) == answer.columns for row in answer.rows)
    else:
        assert all(problem.file == "a.csv" and problem.message for problem in answer.problems)
        assert all(problem.line is None or problem.line >= 1 for problem in answer.problems)
        assert all(line.isprintable() for line in str(answer).split("\n"))


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).map(str.strip).filter(bool)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=20),
    mark=st.booleans(),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    blank=st.booleans(),
    swapped=st.booleans(),
)
def test_what_spreadsheets_write_is_read_as_it_was_meant(
    rows: list[tuple[str, str]], mark: bool, ends: str, quoting: int, blank: bool, swapped: bool
) -> None:
    order = slice(None, None, -1) if swapped else slice(None)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator=ends, quoting=quoting)
    writer.writerow(("id", "label")[order])
    for row in rows:
        if blank:
            written.write(ends)
        writer.writerow(row[order])
    table = read(written.getvalue().encode("utf-8-sig" if mark else "utf-8"))
    assert [(row.cells["id"], row.cells["label"]) for row in table.rows] == rows
    # These cells have no line breaks, so each row's line can be computed.
    assert [row.line for row in table.rows] == [2 + number + (number + 1) * blank for number in range(len(rows))]


def test_lines_are_counted_from_where_a_record_starts() -> None:
    table = read(b'id,label\n"a\nb",1\nc,2\n')
    assert [(row.line, row.cells["id"]) for row in table.rows] == [(2, "a\nb"), (4, "c")]


def test_blank_lines_before_the_header_are_ignored_and_counted() -> None:
    assert [row.line for row in read(b"\n\nid,label\na,1\n").rows] == [4]
    assert refusal(b"\n\nid\na\n").startswith("a.csv, line 3, field 'label': the column 'label' is missing")


def test_blanks_around_cells_do_not_count() -> None:
    assert read(b" id , label \n a , 1 \n").rows[0].cells == {"id": "a", "label": "1"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "a.csv: is empty. Add a header and one line for each row."),
        (b"\xef\xbb\xbf\r\n", "a.csv: is empty. Add a header and one line for each row."),
        (b"id,label\n", "a.csv: has a header but no rows. Add one line for each row."),
        (
            b'id,label\na,1\n"b,2\nc,3\n',
            "a.csv, line 3: a quote that opens here is never closed. Close it, or leave the quotes out.",
        ),
        (
            b'id,label\n"a"b,1\n',
            "a.csv, line 2: a cell goes on after its closing quote. "
            "End the cell at the quote, or leave the quotes out.",
        ),
        (
            b"id,label\na\n\nb,1,2\n",
            "a.csv, line 2: has 1 cell, the header has 2. Each line needs 'id,label'.\n"
            "a.csv, line 4: has 3 cells, the header has 2. Each line needs 'id,label'.",
        ),
        (
            b"id,id,label\n",
            "a.csv, line 1, field 'id': the column 'id' occurs twice. "
            "The first line must be 'id,label' or 'task,id,label'.",
        ),
        (
            b"id,label,note\n",
            "a.csv, line 1, field 'note': the column 'note' is not expected. "
            "Remove it. The first line must be 'id,label' or 'task,id,label'.",
        ),
        (b"[1]", "a.csv: is JSON, not CSV. Send a CSV file with a header."),
        (
            b"id,label\na\xff,1\n",
            "a.csv, line 2: is not UTF-8 text. Save the file as CSV in UTF-8 and send that.",
        ),
    ],
)
def test_refusals_name_the_place_and_the_remedy(content: bytes, text: str) -> None:
    assert refusal(content) == text


def test_the_number_of_rows_is_bounded() -> None:
    content = b"id,label\n" + b"a,1\n" * 50
    assert len(read(content).rows) == 50
    assert refusal(content + b"a,1\n") == (
        "a.csv, line 52: has more than 50 rows, far more than the budget. "
        "Send only the rows you chose, not the whole pool."
    )


def test_the_size_is_bounded() -> None:
    assert refusal(b"id,label\n" + b"a" * 3000, max_bytes=2048).startswith("a.csv: is larger than 2 KiB")


def test_a_cell_is_bounded() -> None:
    assert refusal(b"id,label\n" + b"a" * 140_000, max_bytes=1_000_000) == (
        "a.csv, line 2: a cell has more than 131072 characters. Look for a quote left open."
    )


def test_of_many_uneven_lines_the_first_are_shown_and_all_are_counted() -> None:
    with pytest.raises(SubmissionError) as caught:
        read(b"id,label\n" + b"a\n" * 45)
    assert [problem.line for problem in caught.value.problems] == list(range(2, 2 + MAX_PROBLEMS))
    assert str(caught.value).endswith("… and 25 more.")


def test_uneven_lines_count_towards_the_bound_on_rows() -> None:
    assert refusal(b"id,label\n" + b"a\n" * 100).splitlines()[-1].startswith("a.csv, line 52: has more than 50 rows")


SYNONYMS = {"ImageID": "id", "Confidence": "label"}


def test_other_names_of_columns_are_understood_where_all_of_them_occur() -> None:
    upload = Upload("a.csv", b"Confidence , ImageID\n1,x\n")
    table = read_csv(upload, LAYOUTS, max_bytes=1000, max_rows=5, synonyms=SYNONYMS)
    assert (table.columns, table.rows[0].cells) == (("label", "id"), {"label": "1", "id": "x"})
    for header, said in (("ImageID,label", "the column 'id' is missing"), ("id,label,ImageID,Confidence", "twice")):
        with pytest.raises(SubmissionError, match=said):
            read_csv(Upload("a.csv", f"{header}\n".encode()), LAYOUTS, max_bytes=1000, max_rows=5, synonyms=SYNONYMS)


def test_as_published_cells_keep_their_blanks_and_other_columns_may_stand_beside() -> None:
    upload = Upload("a.csv", b",id,note,label\n0, x,y,1 \n")
    table = read_csv(upload, LAYOUTS, max_bytes=1000, max_rows=5, as_published=True)
    assert (table.rows[0].cells["id"], table.rows[0].cells["label"]) == (" x", "1 ")
    with pytest.raises(SubmissionError, match="is not expected"):
        read_csv(upload, LAYOUTS, max_bytes=1000, max_rows=5)
    with pytest.raises(SubmissionError, match="the column 'label' is missing"):
        read_csv(Upload("a.csv", b",id,note\n0,x,y\n"), LAYOUTS, max_bytes=1000, max_rows=5, as_published=True)
