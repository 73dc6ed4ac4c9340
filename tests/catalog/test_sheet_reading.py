"""A sheet is read as departments really deliver it: any encoding, title rows, two-row headers, merged or repeated."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from catalog.errors import DomainError, Invalid, TooLarge
from catalog.sheet.columns import COLUMNS, TEMPLATE_COLUMNS, find_column, settle_column
from catalog.sheet.reading import CellProblem, SheetReading, column_index, column_letter, read_sheet
from tests.catalog.sheets import HEADERS, csv_bytes, row, write_sheet, write_xlsx


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("信息资源名称*", "title"),
        (" 资源 名称：", "title"),
        ("更新频率", "update_cycle"),
        ("数源单位/数据提供单位", "provider"),
        ("信息资源提供方名称：", "provider"),
        ("字段英文名", "item.field_name"),
        ("是否向社会开放", "open_type"),
        ("ＵＲＬ", "source_url"),
    ],
)
def test_headers_are_known_by_many_names(header: str, name: str) -> None:
    column = find_column(header)
    assert column is not None
    assert column.name == name


def test_the_trap_of_the_city_portal_is_settled_by_the_values_below() -> None:
    by_values = {
        ("行业", ("信用服务", "教育文化")): "domain",
        ("行业", ("制造业", "建筑业")): "industry",
        ("领域", ("教育培训", "就业招聘")): "topics",
        ("领域", ("教育文化", "城建住房")): "domain",
        ("开放条件", ("无条件开放", "有条件开放")): "open_type",
        ("开放条件", ("须书面申请，承诺不转让",)): "open_condition",
    }
    for (header, values), name in by_values.items():
        column = settle_column(header, values)
        assert column is not None
        assert column.name == name, header


def test_every_field_has_its_column_and_every_column_of_the_template_is_found_by_its_own_header() -> None:
    assert len(TEMPLATE_COLUMNS) == 53
    for column in COLUMNS.values():
        assert settle_column(column.title, []) is column


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_the_letters_of_spreadsheets(index: int, letter: str) -> None:
    assert column_letter(index) == letter
    assert column_index(f"{letter}7") == index + 1


def test_merged_entry_cells_cover_their_items(tmp_path: Path) -> None:
    rows = [HEADERS, row(), row(信息资源名称="", 信息项名称="办公电话"), row(信息资源名称="", 信息项名称="户数")]
    path = write_xlsx(tmp_path / "a.xlsx", rows, merges=["A2:A4"])
    reading = read_sheet(path)
    assert [(entry.row, entry.last_row, entry.text("title")) for entry in reading.entries] == [
        (2, 4, "黄石港区社区居委会名录")
    ]
    assert [(item.row, item.cells["item.name"]) for item in reading.entries[0].items] == [
        (2, "社区名称"),
        (3, "办公电话"),
        (4, "户数"),
    ]
    assert reading.problems == []
    assert reading.address("update_cycle", 2) == "C2"


def test_repeated_entry_cells_are_one_entry_and_a_contradiction_is_named(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "a.xlsx", row(), row(信息项名称="办公电话"), row(信息项名称="户数", 更新周期="每年"))
    reading = read_sheet(path)
    assert len(reading.entries) == 1
    assert len(reading.entries[0].items) == 3
    assert reading.problems == [
        CellProblem("C4", 4, "update_cycle", "entry_value_differs", {"value": "每年", "expected": "每月", "row": 2})
    ]


def test_another_code_or_several_differences_make_another_entry_of_that_title(tmp_path: Path) -> None:
    other = row(更新周期="每年", 信息资源摘要="另一份名录", 信息项名称="地址")
    reading = read_sheet(write_sheet(tmp_path / "a.xlsx", row(), other))
    assert [entry.row for entry in reading.entries] == [2, 3]
    headers = (*HEADERS, "信息资源代码")
    coded = [[*row(), "306001/000001"], [*row(信息项名称="地址"), "306001/000002"]]
    reading = read_sheet(write_sheet(tmp_path / "b.xlsx", *coded, headers=headers))
    assert [entry.row for entry in reading.entries] == [2, 3]


def test_an_entry_whose_title_was_forgotten_is_still_an_entry(tmp_path: Path) -> None:
    forgotten = row(信息资源名称="", 信息资源摘要="低保对象人数", 更新周期="每季度")
    reading = read_sheet(write_sheet(tmp_path / "a.xlsx", row(), forgotten))
    assert [(entry.row, entry.text("title")) for entry in reading.entries] == [(2, "黄石港区社区居委会名录"), (3, "")]


def test_title_rows_groups_and_two_row_headers_are_passed_over(tmp_path: Path) -> None:
    rows = [
        ["黄石港区政务信息资源目录（2026年）"],
        ["填报单位：区民政局", "", "", "填报日期：2026-07-01"],
        ["信息资源名称", "信息资源提供方", "共享属性组", "", "信息项信息", ""],
        ["", "", "共享类型", "共享方式", "信息项名称", "数据类型"],
        ["社区名录", "黄石港区民政局", "无条件共享", "文件", "名称", "字符型"],
        ["", "", "", "", "电话", "字符型"],
        ["注：本表由区政数局制发"],
    ]
    reading = read_sheet(write_xlsx(tmp_path / "a.xlsx", rows, merges=["C3:D3", "E3:F3", "A3:A4", "B3:B4"]))
    assert reading.header_row == 4
    assert list(reading.letters) == ["title", "provider", "share_type", "share_method", "item.name", "item.type"]
    assert len(reading.entries) == 1
    assert [item.cells["item.name"] for item in reading.entries[0].items] == ["名称", "电话"]


def test_the_example_row_is_not_an_entry(tmp_path: Path) -> None:
    headers = ("序号", *HEADERS)
    rows = [
        ["示例", *row(信息资源名称="公共图书馆名录")],
        ["", *row(信息资源名称="", 信息项名称="藏书量")],
        ["1", *row()],
    ]
    reading = read_sheet(write_sheet(tmp_path / "a.xlsx", *rows, headers=headers))
    assert [entry.text("title") for entry in reading.entries] == ["黄石港区社区居委会名录"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_sheets_come_in_any_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "目录.csv"
    path.write_bytes(csv_bytes([HEADERS, row(), row(信息资源名称="低保对象统计")], encoding, delimiter))
    reading = read_sheet(path)
    assert reading.file_format == "csv"
    assert [entry.text("title") for entry in reading.entries] == ["黄石港区社区居委会名录", "低保对象统计"]
    assert reading.address("update_cycle", 3) == "C3"


def test_numbers_days_and_truth_are_read_as_people_see_them(tmp_path: Path) -> None:
    headers = ("信息资源名称", "长度", "信息项名称", "信息资源代码", "主键")
    rows = [headers, ["甲", 20, "名称", 307001, True], ["乙", 20.5, "名称", 420202199001011234, False]]
    reading = read_sheet(write_xlsx(tmp_path / "a.xlsx", rows))
    assert reading.entries[0].text("code") == "307001"
    assert reading.entries[0].items[0].cells["item.length"] == "20"
    assert reading.entries[0].items[0].cells["item.is_primary_key"] == "是"
    assert reading.entries[1].items[0].cells["item.length"] == "20.5"
    assert [(problem.cell, problem.code) for problem in reading.problems] == [("D3", "digits_are_lost")]


def test_unknown_and_repeated_headers_are_named_and_not_read(tmp_path: Path) -> None:
    headers = ("信息资源名称", "更新周期", "领导签字", "更新频率")
    reading = read_sheet(write_sheet(tmp_path / "a.xlsx", ["甲", "每月", "同意", "每年"], headers=headers))
    assert reading.entries[0].text("update_cycle") == "每月"
    assert [(p.cell, p.code, p.params["value"], p.kind) for p in reading.problems] == [
        ("D1", "header_repeats", "更新频率", "warning"),
        ("C1", "header_is_unknown", "领导签字", "warning"),
    ]


def test_the_sheet_with_the_best_header_is_read_and_hidden_ones_are_not(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [HEADERS, row()], name="三季度目录", hidden="旧表")
    assert read_sheet(path).sheet == "三季度目录"


def test_a_reading_survives_json(tmp_path: Path) -> None:
    reading = read_sheet(write_sheet(tmp_path / "a.xlsx", row(), row(信息项名称="户数", 更新周期="每年")))
    assert SheetReading.from_dict(reading.as_dict()) == reading


def _refusal(path: Path, content: bytes) -> DomainError:
    path.write_bytes(content)
    with pytest.raises(DomainError) as caught:
        read_sheet(path)
    return caught.value


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_is_empty"),
        (b"MZ\x90\x00\x03" + b"\x00" * 200, "file_is_a_program"),
        (b"%PDF-1.7\n%\xe2\xe3", "file_is_a_document"),
        (b"<html><body><table><tr><td>a</td></tr></table></body></html>", "file_is_html"),
        ("姓名,电话\n张三,1\n".encode(), "sheet_has_no_header"),
        ("信息资源名称,更新周期\n".encode(), "sheet_has_no_rows"),
        (b"[1, 2, 3]", "json_is_not_a_list"),
        (b'[{"a": ', "json_is_not_a_list"),
    ],
)
def test_what_is_no_sheet_is_refused_in_plain_words(tmp_path: Path, content: bytes, code: str) -> None:
    assert _refusal(tmp_path / "目录.xlsx", content).code == code


def test_a_workbook_that_claims_seventeen_billion_cells_is_refused_at_once(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "a.xlsx", row())
    bomb = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            content = source.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = content.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            target.writestr(part.filename, content)
    with pytest.raises(TooLarge) as caught:
        read_sheet(bomb)
    assert caught.value.code == "sheet_has_too_many_rows"


def test_a_workbook_with_a_document_type_is_refused_without_reading_what_it_points_to(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "a.xlsx", row())
    evil = tmp_path / "b.xlsx"
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(evil, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            content = source.read(part)
            if part.filename.endswith("sharedStrings.xml"):
                content = entity + content.partition(b"?>")[2].replace(b"<t>", b"<t>&e;", 1)
            target.writestr(part.filename, content)
    with pytest.raises(Invalid) as caught:
        read_sheet(evil)
    assert caught.value.code == "sheet_cannot_be_read"


def test_too_many_rows_are_refused_with_the_figure(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_bytes([HEADERS, *(row() for _ in range(30))]))
    with pytest.raises(TooLarge) as caught:
        read_sheet(path, max_rows=20)
    assert caught.value.params == {"rows": 31, "limit": 20}
