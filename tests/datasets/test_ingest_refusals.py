"""Bad, odd and hostile files: a clear refusal within the limits, never a crash of the house."""

from __future__ import annotations

import random
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from datasets.errors import DomainError, Invalid, TooLarge
from datasets.ingest.reader import read_file
from datasets.sandbox import Limits
from portal.messages import text_of
from tests.datasets.ingesting import MAIN, TWO_ROWS, make_workbook, read_here, read_text

BEGINNINGS = [
    (b"", "file_is_empty"),
    (b"\xef\xbb\xbf\r\n  ", "file_is_empty"),
    (b"MZ\x90\x00\x03" + bytes(200), "file_is_a_program"),
    (b"\x7fELF" + bytes(200), "file_is_a_program"),
    (b"\x1f\x8b\x08\x00" + bytes(50), "file_is_compressed"),
    (b"%PDF-1.7\n", "file_is_a_document"),
    (b"\x89PNG\r\n\x1a\n", "file_is_a_picture"),
    (b"PAR1" + bytes(50), "parquet_is_broken"),
    (b"\x80\x04\x95\x10\x00", "format_not_supported"),
    (b"<html><table><tr><td>1</td></tr></table></html>", "file_is_html"),
    (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "file_is_html"),
    (b'<?xml version="1.0"?><Workbook/>', "xml_has_no_records"),
    (b'[{"a": 1}', "json_is_broken"),
    (b"a,b\n1,\x002\n", "text_contains_nul"),
    (b"PK\x03\x04 no zip at all", "zip_is_broken"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "workbook_is_broken"),
    ("统计,数据\n".encode() * 40 + b"\xe4\xb8\n" + "表格\n".encode() * 40, "text_is_damaged"),
]


@pytest.mark.parametrize(("content", "code"), BEGINNINGS)
def test_file_is_told_by_its_bytes_not_by_its_name(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "数据.xlsx"
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        read_here(path)
    assert caught.value.code == code
    assert code not in text_of(code, caught.value.params, "zh"), "every refusal has its own sentence"


def test_header_of_300_columns_with_repeats_and_gaps_is_repaired_visibly() -> None:
    names = ["" if number % 50 == 7 else f"指标{number % 40}" for number in range(300)]
    reading = read_text(",".join(names) + "\n" + ",".join(str(number) for number in range(300)) + "\n")
    found = [column.name for column in reading.columns]
    assert (len(found), len(set(found)), reading.row_count) == (300, 300, 1)
    assert (found[7], reading.columns[7].repaired) == ("未命名8", "blank")
    assert (found[40], reading.columns[40].repaired) == ("指标0_2", "duplicate")
    assert {warning["code"] for warning in reading.warnings} == {"header_blank", "header_duplicate"}


def test_more_than_two_thousand_columns_are_refused() -> None:
    with pytest.raises(TooLarge) as caught:
        read_text(",".join(map(str, range(2001))) + "\n")
    assert (caught.value.code, caught.value.params) == ("too_many_columns", {"count": 2001, "limit": 2000})


def test_quote_that_never_closes_is_named_by_row() -> None:
    with pytest.raises(Invalid) as caught:
        read_text('a,b\n1,"' + "x,y\n" * 400_000)
    assert (caught.value.code, caught.value.params) == ("quote_never_closes", {"row": 2, "line": 2})


def _many_rows(count: int) -> Iterator[bytes]:
    for start in range(1, count, 10_000):
        row = '<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}"><v>{v}</v></c></row>'
        yield "".join(row.format(n=n, v=n * 7919 % 65536) for n in range(start, start + 10_000)).encode()


def _with_entity(path: Path, declared: str) -> Path:
    return make_workbook(path, TWO_ROWS, shared=f"<!DOCTYPE x [{declared}]><sst {MAIN}><si><t>&z;</t></si></sst>")


def _with_string(path: Path, text: str, times: int) -> Path:
    return make_workbook(path, _many_rows(times), shared=f"<sst {MAIN}><si><t>{text}</t></si></sst>")


LAST_CELL = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
FAR_COLUMN = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'
LAUGHS = '<!ENTITY a "lol">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 9}">' for n in range(25))

Make = Callable[[Path], Path]
BOMBS: list[tuple[str, Make, str]] = [
    ("one cell in the last corner", lambda p: make_workbook(p, TWO_ROWS + LAST_CELL), "worksheet_is_too_large"),
    (
        "addresses in single quotes",
        lambda p: make_workbook(p, TWO_ROWS + LAST_CELL.replace('"', "'").replace("=", " = ")),
        "worksheet_is_too_large",
    ),
    ("a far column", lambda p: make_workbook(p, FAR_COLUMN), "too_many_columns"),
    ("rows beyond the last", lambda p: make_workbook(p, _many_rows(1_050_000)), "worksheet_is_too_large"),
    ("entities", lambda p: _with_entity(p, LAUGHS), "workbook_has_doctype"),
    ("a local file", lambda p: _with_entity(p, '<!ENTITY z SYSTEM "file:///etc/passwd">'), "workbook_has_doctype"),
    ("one long string everywhere", lambda p: _with_string(p, "好" * 10_000, 100_000), "file_needs_too_much_memory"),
]


def _write_bytes(path: Path, *pieces: tuple[bytes, int]) -> Path:
    with path.open("wb") as file:
        for piece, times in pieces:
            for _ in range(times):
                file.write(piece)
    return path


MEGABYTE = b"0," * (1 << 19)
WIDE_ROW = b'<tr><td colspan="1999" rowspan="100000">1</td></tr>'
BOMBS += [
    (
        "one JSON record of 64 MB",
        lambda p: _write_bytes(p, (b'[{"a":[', 1), (MEGABYTE, 64), (b"0]}]", 1)),
        "record_is_too_large",
    ),
    ("JSON deep in brackets", lambda p: _write_bytes(p, (b"[" * (1 << 20), 50)), "json_is_too_deep"),
    ("new names in each JSON record", lambda p: _write_names(p, 200_000), "too_many_columns"),
    (
        "one XML attribute of 64 MB",
        lambda p: _write_bytes(p, (b'<x><r a="', 1), (MEGABYTE, 64), (b'"/><r a="1"/></x>', 1)),
        "record_is_too_large",
    ),
    (
        "one XML text of 64 MB",
        lambda p: _write_bytes(p, (b"<x><r><a>", 1), (MEGABYTE, 64), (b"</a></r><r><a>1</a></r></x>", 1)),
        "record_is_too_large",
    ),
    ("spans upon spans", lambda p: _write_bytes(p, (b"<table>", 1), (WIDE_ROW, 90_000)), "too_many_columns"),
]


def _write_names(path: Path, count: int) -> Path:
    records = ",".join(f'{{"c{number}":1}}' for number in range(count))
    return _write_bytes(path, (f"[{records}]".encode(), 1))


@pytest.mark.parametrize(("make", "code"), [bomb[1:] for bomb in BOMBS], ids=[bomb[0] for bomb in BOMBS])
def test_bomb_ends_as_a_refused_file(tmp_path: Path, make: Make, code: str) -> None:
    bomb = make(tmp_path / "bomb.xlsx")
    started = time.monotonic()
    with pytest.raises(DomainError) as caught:
        read_file(bomb, file_name="bomb.xlsx", row_store=tmp_path / "rows.duckdb")
    assert caught.value.code == code
    assert time.monotonic() - started < 62
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1.2 * (1 << 20), "kilobytes"
    assert list(tmp_path.glob("rows*")) == [], "nothing is left behind"


TABLE = (
    '<row r="1"><c r="A1" t="str"><v>甲</v></c><c r="B1" t="str"><v>乙</v></c></row>'
    '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>'
)


@pytest.mark.parametrize("reference", ["A1:XFD1048576", "A2:B1048576"])
def test_huge_merge_costs_nothing(tmp_path: Path, reference: str) -> None:
    merges = f'<mergeCells><mergeCell ref="{reference}"/></mergeCells>'
    assert len(read_here(make_workbook(tmp_path / "merge.xlsx", TABLE, after=merges)).columns) == 2


def test_broken_workbooks_never_break_the_house(tmp_path: Path) -> None:
    good = make_workbook(tmp_path / "good.xlsx", TWO_ROWS).read_bytes()
    chance = random.Random(20260710)
    refused = 0
    for number in range(60):
        damaged = bytearray(good)
        for _ in range(8):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(bytes(damaged[: chance.randrange(100, len(damaged))] if number % 3 == 0 else damaged))
        try:
            read_here(path)
        except DomainError:
            refused += 1
    assert refused > 40


def test_cut_workbook_says_so(tmp_path: Path) -> None:
    whole = make_workbook(tmp_path / "whole.xlsx", TWO_ROWS).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Invalid) as caught:
        read_here(tmp_path / "cut.xlsx")
    assert caught.value.code == "zip_is_broken"


def _write(path: Path, *names: str, prefix: bytes = b"", suffix: bytes = b"") -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "x" * 100)
    path.write_bytes(prefix + path.read_bytes() + suffix)


ODD_ZIPS: list[tuple[str, Callable[[Path], None]]] = [
    ("something before the first member", lambda p: _write(p, "xl/workbook.xml", prefix=b"PK\x03\x04 MZ ")),
    ("something behind the end", lambda p: _write(p, "xl/workbook.xml", suffix=b"more")),
    ("two ends", lambda p: _write(p, "xl/workbook.xml", suffix=b"PK\x05\x06" + bytes(18))),
    ("the same name twice", lambda p: _write(p, "xl/workbook.xml", "xl/workbook.xml")),
    ("a path upwards", lambda p: _write(p, "xl/workbook.xml", "../../etc/passwd")),
    ("an absolute path", lambda p: _write(p, "xl/workbook.xml", "/etc/passwd")),
]


def _write_link(path: Path) -> None:
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")


def _write_overlap(path: Path) -> None:
    """Two entries of the directory that point at the same data, as in a quoted-overlap bomb."""
    _write(path, "a.csv", "b.csv")
    content = path.read_bytes()
    second = content.rindex(b"PK\x01\x02")
    path.write_bytes(content[: second + 42] + bytes(4) + content[second + 46 :])


def _write_claim(path: Path) -> None:
    """The directory says that the member is small; its data is not."""
    _write(path, "a.csv")
    content = path.read_bytes()
    first = content.index(b"PK\x01\x02")
    path.write_bytes(content[: first + 24] + b"\x01\x00\x00\x00" + content[first + 28 :])


ODD_ZIPS += [
    ("a link", _write_link),
    ("members that overlap", _write_overlap),
    ("a size that is not true", _write_claim),
    ("a drive letter", lambda p: _write(p, "C:/a.csv")),
    ("a tar before the zip", lambda p: _write(p, "a.csv", prefix=b"a.txt".ljust(257, b"\x00") + b"ustar" + bytes(250))),
]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("make", [case[1] for case in ODD_ZIPS], ids=[case[0] for case in ODD_ZIPS])
def test_zip_that_lies_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "odd.xlsx")
    with pytest.raises(Invalid) as caught:
        read_here(tmp_path / "odd.xlsx")
    assert caught.value.code in {"zip_is_suspicious", "zip_is_broken", "text_contains_nul"}


def test_zip_that_unfolds_too_far_is_refused(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.csv", "w") as part,
    ):
        for _ in range(80):
            part.write(b"0," * (1 << 19))
    with pytest.raises(TooLarge) as caught:
        read_here(tmp_path / "bomb.zip")
    assert (caught.value.code, caught.value.params) == ("file_unpacks_too_large", {"megabytes": 80})


def test_zip_of_very_many_members_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "many.zip", *(f"{number}.csv" for number in range(5_001)))
    with pytest.raises(TooLarge, match="zip_has_too_many_members"):
        read_here(tmp_path / "many.zip")


def test_member_with_another_name_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.xlsx"
    _write(path, "xl/workbook.xml")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"xl/workbook.xml", b"xl/workbook.bin", 1))
    with pytest.raises(Invalid, match="zip_is_suspicious"):
        read_here(path)


def test_reading_stops_at_the_wall_clock(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + "1,2\n" * 200_000, encoding="utf-8")
    with pytest.raises(TooLarge) as caught:
        read_file(path, file_name="long.csv", row_store=tmp_path / "rows.duckdb", limits=Limits(wall_seconds=0.4))
    assert caught.value.code == "file_takes_too_long"
