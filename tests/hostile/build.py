"""Write the files in ``uploads/``: ``python -m tests.hostile.build``.

The verdict for each file is declared in ``verdicts.yaml``. The files are committed rather than created by the tests, so
that they can be inspected, sent by hand and compared over the years.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.hostile import build_acquisition as acquisition
from tests.hostile import build_cleaning as cleaning
from tests.hostile import build_dataperf_selection as dataperf_selection
from tests.hostile import build_forms as forms

UPLOADS = Path(__file__).resolve().parent / "uploads"
EPOCH = (2026, 1, 1, 0, 0, 0)
GOOD = "id,label\npool-000,apple\npool-001,bread\npool-002,chair\n"
OTHER = "pool-001,bread\n"

Members = list[tuple[str, bytes]]


def archive(members: Members, *, compression: int = zipfile.ZIP_DEFLATED, mode: int = 0o100644) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, data in members:
            info = zipfile.ZipInfo(name, EPOCH)
            info.filename = name  # ZipInfo would cut it at a NUL and replace some separators
            info.compress_type, info.external_attr = compression, mode << 16
            file.writestr(info, data)
    return content.getvalue()


def encrypted(content: bytes) -> bytes:
    """The same archive with the flag "encrypted" on every member."""
    changed = bytearray(content)
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(magic)
        while place >= 0:
            changed[place + flags] |= 1
            place = changed.find(magic, place + 4)
    return bytes(changed)


def lying(data: bytes) -> bytes:
    """An archive whose only member claims to be one byte long."""
    content = bytearray(archive([("things.csv", data)]))
    struct.pack_into("<I", content, content.find(b"PK\x01\x02") + 24, 1)
    struct.pack_into("<I", content, 22, 1)
    return bytes(content)


def parquet() -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table({"id": ["pool-000"], "label": ["apple"]}), content)
    return content.getvalue()


def rows(*lines: str) -> str:
    return "id,label\n" + "".join(f"{line}\n" for line in lines)


TEXTS = {
    # Valid files, saved in different ways.
    "plain.csv": GOOD,
    "bom.csv": "\ufeff" + GOOD,
    "crlf.csv": GOOD.replace("\n", "\r\n"),
    "cr.csv": GOOD.replace("\n", "\r"),
    "blank-lines.csv": "\n\n" + GOOD.replace("\n", "\n\n  \n,\n"),
    "quoted.csv": '"id","label"\n"pool-000","apple"\n"pool-001","bread"\n"pool-002","chair"\n',
    "columns-swapped.csv": "label,id\napple,pool-000\nbread,pool-001\nchair,pool-002\n",
    "blanks-around.csv": " id , label\n pool-000 , apple \npool-001\t,\tbread\npool-002,chair\u00a0\n",
    "no-line-end.csv": GOOD.rstrip("\n"),
    "fruit.csv": "id\npool-000\npool-001\n",
    "tasks.csv": "task,id\napple,pool-000\nbread,pool-000\napple,pool-001\nbread,pool-001\n",
    # Empty files.
    "empty.csv": "",
    "only-bom.csv": "\ufeff",
    "only-blank-lines.csv": "\n \r\n\t\n",
    "only-unicode-blanks.csv": "\u2003\u00a0\u2028",
    "header-only.csv": "id,label\n",
    # Not valid text.
    "nul.csv": rows("pool-000,apple", "pool\0-001,bread"),
    "nul-behind-an-id.csv": rows("pool-000,apple", "pool-001\0,bread"),
    "json.csv": '[{"id": "pool-000", "label": "apple"}]',
    "json-nested.csv": "[" * 60_000,
    "json-nested-objects.csv": '{"a":' * 12_000,
    "html.csv": "<!DOCTYPE html>\n<title>Sign in</title>\n",
    "xml-bomb.csv": '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "&c;&c;"><!ENTITY c "lol">]>\n<a>&b;</a>\n',
    "semicolons.csv": GOOD.replace(",", ";"),
    "tabs.csv": GOOD.replace(",", "\t"),
    # Other headers.
    "no-header.csv": GOOD.partition("\n")[2],
    "missing-column.csv": "id\npool-000\npool-001\n",
    "doubled-column.csv": "id,label,id\npool-000,apple,pool-000\n",
    "extra-column.csv": "id,label,confidence\npool-000,apple,0.9\n",
    "header-in-capitals.csv": GOOD.replace("id,label", "ID,Label"),
    "formula-header.csv": "id,label,=1+1\npool-000,apple,2\n",
    # Lines with the wrong number of cells.
    "uneven-lines.csv": rows("pool-000", "pool-001,bread", "pool-002,chair,1"),
    "open-quote.csv": rows("pool-000,apple", '"pool-001,bread', "pool-002,chair"),
    "text-behind-a-quote.csv": rows("pool-000,apple", '"pool-001"x,bread'),
    # Ids.
    "unknown-id.csv": rows("pool-000,apple", "pool-999,bread"),
    "hidden-id.csv": rows("pool-000,apple", "test-000,bread"),
    "example-id.csv": rows("pool-000,apple", "example-000,bread"),
    "duplicate-id.csv": rows("pool-000,apple", OTHER.strip(), "pool-000,bread"),
    "row-numbers.csv": rows("0,apple", "1,bread"),
    "nan-id.csv": rows("pool-000,apple", "NaN,bread", "-inf,bread"),
    "huge-numbers.csv": rows("pool-000,apple", "9" * 4000 + ",bread", "pool-001," + "9" * 4000),
    "empty-id.csv": rows("pool-000,apple", ",bread"),
    "long-id.csv": rows("pool-000,apple", "pool-001" * 2000 + ",bread"),
    "formulas.csv": rows(
        "pool-000,apple",
        "=cmd|'/C calc'!A0,bread",
        '"=HYPERLINK(""http://x"",""y"")",bread',
        "pool-001,@SUM(1)",
        "+1,-1",
    ),
    "sql.csv": rows("pool-000,apple", "pool-001' OR '1'='1,bread"),
    "path-id.csv": rows("pool-000,apple", "../../etc/passwd,bread"),
    "homoglyph-id.csv": rows("pool-000,apple", "p\u043eol-001,bread"),
    "fullwidth-id.csv": rows("pool-000,apple", "pool-00\uff11,bread"),
    "bidi-id.csv": rows("pool-000,apple", "\u202e100-loop,bread"),
    "zero-width-id.csv": rows("pool-000,apple", "pool-\u200b001,bread"),
    "bom-in-the-middle.csv": GOOD + "\ufeff" + rows("pool-003,apple"),
    "terminal-escapes.csv": rows("pool-000,apple", "\x1b]0;owned\x07\x1b[2J,bread"),
    "forged-log-line.csv": rows("pool-000,apple", '"x\n2026-01-01 INFO all is well",bread'),
    "markup.csv": rows("pool-000,apple", "<script>alert(1)</script>,bread", "pool-001,<img src=x onerror=alert(1)>"),
    # Labels.
    "label-2.csv": rows("pool-000,apple", "pool-001,2"),
    "label-1.0.csv": rows("pool-000,apple", "pool-001,1.0"),
    "label-nan.csv": rows("pool-000,apple", "pool-001,NaN"),
    "label-in-capitals.csv": rows("pool-000,apple", "pool-001,Bread"),
    "label-missing.csv": rows("pool-000,apple", "pool-001,"),
    "one-class.csv": rows("pool-000,apple", "pool-003,apple"),
    # The budget.
    "over-budget.csv": rows(*(f"pool-{number:03d},{'apple' if number % 2 else 'bread'}" for number in range(8))),
    # Tasks.
    "unknown-task.csv": "task,id\napple,pool-000\npear,pool-001\nbread,pool-002\n",
    "task-missing.csv": "task,id\napple,pool-000\napple,pool-001\n",
    "empty-task.csv": "task,id\napple,pool-000\n,pool-001\n",
}

BYTES = {
    "utf-16.csv": b"\xff\xfe" + GOOD.encode("utf-16-le"),
    "utf-16-big-endian.csv": b"\xfe\xff" + GOOD.encode("utf-16-be"),
    "utf-16-without-mark.csv": GOOD.encode("utf-16-le"),
    "utf-32.csv": b"\xff\xfe\0\0" + GOOD.encode("utf-32-le"),
    "latin-1.csv": rows("pool-000,apple", "pööl-001,bread").encode("latin-1"),
    "overlong-utf-8.csv": rows("pool-000,apple").encode() + b"pool-001\xc0\xac bread\n",
    "surrogates.csv": rows("pool-000,apple").encode() + b"pool-\xed\xa0\x80001,bread\n",
    "parquet.csv": parquet(),
    "gzip.csv": b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + zlib.compress(GOOD.encode())[2:-4] + b"\0" * 8,
    # What pickle.dumps would write for an object that runs "id" when it is loaded.
    "pickle.csv": b"\x80\x04\x95\x1d\0\0\0\0\0\0\0"
    + b"\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94.",
    "numpy.csv": b"\x93NUMPY\x01\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,), }" + b" " * 60 + b"\n",
    "pdf.csv": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "png.csv": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "program.csv": b"\x7fELF\x02\x01\x01" + b"\0" * 57,
    "old-office.csv": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504,
    "7z.csv": b"7z\xbc\xaf\x27\x1c\0\x04" + b"\0" * 24,
    "xlsx.csv": archive([("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")]),
    "ods.csv": archive([("mimetype", b"application/vnd.oasis"), ("META-INF/manifest.xml", b"<manifest/>")]),
    "right.zip": archive(
        [("mine/apple.csv", b"id\npool-000\npool-001\n"), ("mine/bread.csv", b"id\npool-000\npool-001\n")]
    ),
    "right-from-a-mac.zip": archive(
        [
            ("mine/things.csv", GOOD.encode()),
            ("__MACOSX/mine/._things.csv", b"\0\5\x16\7"),
            ("mine/.DS_Store", b"\0Bud1"),
        ]
    ),
    "path-up.zip": archive([("../../things.csv", GOOD.encode())]),
    "path-absolute.zip": archive([("/etc/cron.d/things.csv", GOOD.encode())]),
    "path-backslash.zip": archive([("..\\..\\things.csv", GOOD.encode())]),
    "path-drive.zip": archive([("C:\\things.csv", GOOD.encode())]),
    "link.zip": archive([("things.csv", b"/etc/passwd")], mode=0o120777),
    "hidden-member.zip": archive([(".things.csv", GOOD.encode())]),
    "bidi-member.zip": archive([("things\u202evsc.exe", GOOD.encode())]),
    "encrypted.zip": encrypted(archive([("things.csv", GOOD.encode())])),
    "nested.zip": archive([("inner.zip", archive([("things.csv", GOOD.encode())]))]),
    "empty.zip": archive([]),
    "only-folders.zip": archive([("a/", b""), ("a/b/", b"")]),
    "cut.zip": archive([("things.csv", GOOD.encode())])[:-30],
    "wrong-checksum.zip": archive([("things.csv", GOOD.encode())], compression=zipfile.ZIP_STORED).replace(
        b"bread", b"chair"
    ),
    "lying-size.zip": lying(GOOD.encode()),
    "bzip2.zip": archive([("things.csv", GOOD.encode())], compression=zipfile.ZIP_BZIP2),
    "lzma.zip": archive([("things.csv", GOOD.encode())], compression=zipfile.ZIP_LZMA),
    "same-name-twice.zip": archive([("a/things.csv", GOOD.encode()), ("b/things.csv", GOOD.encode())]),
    "65-members.zip": archive([(f"{number}.csv", b"id\n") for number in range(65)]),
    "bomb.zip": archive([("things.csv", b"\0" * (17 * 1024 * 1024))]),
}


def main() -> None:
    for name, text in TEXTS.items():
        (UPLOADS / name).write_bytes(text.encode())
    made = BYTES | dataperf_selection.FILES | cleaning.FILES | acquisition.FILES | forms.FILES
    for name, content in made.items():
        (UPLOADS / name).write_bytes(content)


if __name__ == "__main__":
    main()
