"""Workbooks: cells as the sheet shows them where that loses nothing, facts of all sheets, texts beside the tables."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from datasets.errors import DomainError
from datasets.ingest.cells import print_cell
from datasets.ingest.reading import ReadOptions
from datasets.ingest.shown_cells import PERCENT
from tests.datasets.ingesting import make_workbook, read_here, stored_rows


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [
        (0.123, PERCENT + 1, "12.3%"),
        (0.1234, PERCENT, "12.34%"),
        (0.5, PERCENT + 2, "50.00%"),
        (1, PERCENT, "100%"),
        (-0.07, PERCENT, "-7%"),
        (0.1 + 0.2, PERCENT, "30%"),
        (7.0, 6, "000007"),
        (12345678.0, 6, "12345678"),
        (7.5, 6, "7.5"),
        ("7", PERCENT, "7"),
        (None, PERCENT, None),
        (274.65999999999997, 0, "274.66"),
    ],
)
def test_number_is_written_as_shown_without_losing_a_digit(value: object, shown: int, text: str | None) -> None:
    assert print_cell(value, shown=shown) == text


def _make(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet, hidden = book.add_worksheet("数据"), book.add_worksheet("底稿")
    hidden.hide()
    hidden.write_row(0, 0, ["联系人", "13900000001 是测试"])
    forms = ["0.0%", "0%", "000000", "yyyy-mm-dd", "yyyy/m/d h:mm:ss", "hh:mm", "General"]
    values = [0.123, 0.5, 7, dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 2, 3, 4, 5), dt.time(8, 30), 2021]
    sheet.write_row(0, 0, ["占比", "比例", "代码", "日期", "时刻", "时间", "年份"])
    for row in range(1, 4):
        for column, (value, form) in enumerate(zip(values, forms, strict=True)):
            sheet.write(row, column, value, book.add_format({"num_format": form}))
    book.set_properties({"author": "张三", "company": "身份证 11010519491231002X"})
    book.close()
    return path


def test_cells_are_read_as_the_sheet_shows_them(tmp_path: Path) -> None:
    reading = read_here(_make(tmp_path / "shown.xlsx"), store=tmp_path / "rows.duckdb")
    rows = stored_rows(tmp_path / "rows.duckdb", reading.columns)
    assert rows == [["12.3%", "50%", "000007", "2026-01-02", "2026-01-02 03:04:05", "08:30:00", "2021"]] * 3
    assert [(sheet["name"], sheet["rows"], sheet["columns"], sheet["is_hidden"]) for sheet in reading.sheets] == [
        ("数据", 4, 7, False),
        ("底稿", 1, 2, True),
    ]


def test_properties_of_the_document_are_searched(tmp_path: Path) -> None:
    reading = read_here(_make(tmp_path / "properties.xlsx"))
    assert ("文档属性", "id_card") in {(finding.column, finding.kind) for finding in reading.findings}


ODS_CELLS = (
    '<table:table-row><table:table-cell office:value-type="string"><text:p>编号</text:p></table:table-cell>'
    '<table:table-cell office:value-type="string"><text:p>名称</text:p></table:table-cell></table:table-row>'
    '<table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>13900139000</text:p>'
    "</office:annotation><text:p>001</text:p></table:table-cell>"
    '<table:table-cell office:value-type="string"><text:p>东站</text:p></table:table-cell></table:table-row>'
)


def _make_ods(path: Path, cells: str, *, before: str = "") -> Path:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    sheet = f'<table:table table:name="表">{cells}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", f"{before}<office:document-content{names}>{body}</office:document-content>")
    return path


def test_ods_is_read_and_its_comments_are_searched(tmp_path: Path) -> None:
    reading = read_here(_make_ods(tmp_path / "t.ods", ODS_CELLS), store=tmp_path / "rows.duckdb")
    assert (reading.file_format, stored_rows(tmp_path / "rows.duckdb", reading.columns)) == ("ods", [["001", "东站"]])
    assert ("批注", "mobile") in {(finding.column, finding.kind) for finding in reading.findings}


@pytest.mark.parametrize(
    ("cells", "before", "code"),
    [
        (ODS_CELLS, '<!DOCTYPE x [<!ENTITY z SYSTEM "file:///etc/passwd">]>', "workbook_has_doctype"),
        (
            ODS_CELLS.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="1048576">').replace(
                "<table:table-cell ", '<table:table-cell table:number-columns-repeated="16384" '
            ),
            "",
            "worksheet_is_too_large",
        ),
    ],
)
def test_ods_bomb_is_refused(tmp_path: Path, cells: str, before: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_here(_make_ods(tmp_path / "bomb.ods", cells, before=before))
    assert caught.value.code == code


def test_broken_binary_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.xlsb", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", b"\x83\x01\x00")
    with pytest.raises(DomainError, match="workbook_is_broken"):
        read_here(tmp_path / "b.xlsb")


def test_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    path = make_workbook(tmp_path / "one.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')
    with pytest.raises(DomainError) as caught:
        read_here(path, ReadOptions(sheet="表9"))
    assert (caught.value.code, caught.value.params) == ("worksheet_not_found", {"sheet": "表9", "sheets": ["表1"]})
