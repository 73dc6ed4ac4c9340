"""Where the table lies: titles, headers of several rows, groups, notes; how workbook cells become text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter

from datasets.errors import Invalid
from datasets.ingest.encodings import find_encoding
from datasets.ingest.reading import Reading, ReadOptions
from tests.datasets.ingesting import read_here, read_text, stored_rows


def _names(reading: Reading) -> list[str]:
    return [column.name for column in reading.columns]


def test_title_unit_and_signature_are_not_the_table() -> None:
    text = "2025年人口统计表,,\n单位：人,,\n街道,男,女\n花湖,10,20\n红旗桥,30,40\n填表人：张三,,2026年1月\n"
    reading = read_text(text)
    assert (reading.header_rows, reading.row_count) == ([3], 2)
    assert reading.title_lines == ["2025年人口统计表", "单位：人"]
    assert reading.notes == ["填表人：张三 2026年1月"]


def test_header_of_two_rows_in_a_csv_is_joined() -> None:
    reading = read_text("序号,街道,人口,,,备注\n,,总数,男,女,\n1,花湖,30,10,20,\n2,红旗桥,70,30,40,\n")
    assert reading.header_rows == [1, 2]
    assert _names(reading) == ["序号", "街道", "人口_总数", "人口_男", "人口_女", "备注"]
    assert reading.preview[0] == ["1", "花湖", "30", "10", "20", ""]


def test_years_as_names_are_a_header_and_years_as_data_are_not() -> None:
    assert _names(read_text("地区,2021,2022,2023\n甲,1,2,3\n乙,4,5,6\n")) == ["地区", "2021", "2022", "2023"]
    assert read_text("2021,甲,5\n2022,乙,6\n2023,丙,7\n").header_rows == []


def test_total_row_stays_and_warns() -> None:
    reading = read_text("街道,户数\n花湖,10\n红旗桥,20\n合 计,30\n")
    assert (reading.row_count, reading.warnings[0]["code"], reading.warnings[0]["where"]) == (
        3,
        "total_row_in_data",
        "4",
    )


DELIMITED = [
    ("街道，户数\n花湖，10\n红旗桥，20\n", "，"),
    ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
    ("sep=|\na|b\n1|2\n", "|"),
    ("a\tb\n1,2\t3\n", "\t"),
]


@pytest.mark.parametrize(("text", "delimiter"), DELIMITED)
def test_delimiter_is_found(text: str, delimiter: str) -> None:
    reading = read_text(text)
    assert (reading.delimiter, len(reading.columns)) == (delimiter, 2)


def test_options_overrule_what_was_found() -> None:
    text = "甲,乙\n丙,丁\n1,2\n"
    assert _names(read_text(text, ReadOptions(header_row_count=2))) == ["甲_丙", "乙_丁"]
    assert _names(read_text(text, ReadOptions(header_row=2))) == ["丙", "丁"]
    assert read_text(text, ReadOptions(has_header=False)).row_count == 3
    assert len(read_text(text, ReadOptions(delimiter=";")).columns) == 1
    with pytest.raises(Invalid, match="header_row_is_bad"):
        read_text(text, ReadOptions(header_row=9))
    with pytest.raises(Invalid, match="encoding_does_not_fit"):
        read_text(text, ReadOptions(encoding="utf-8"), encoding="cp950")


@pytest.mark.parametrize(
    ("text", "written", "codec"),
    [
        ("街道,户数\n沈家营街道,10\n", "gbk", "gb18030"),
        ("街道,户数\n沈家营街道,10\n", "utf-16", "utf-16-le"),
        ("街道,户数,人数\n沈家营街道,1000,2600\n", "utf-16-be", "utf-16-be"),
        ("街道,户数\n沈家营街道,10\n", "utf-8-sig", "utf-8-sig"),
        ("行政區,戶數\n臺北市中山區,10\n", "cp950", "cp950"),
        ("街道,地址,备注\n花湖街道,湖滨大道中段,𠮷野家\n", "gb18030", "gb18030"),
        ("a,b\n1,2\n", "ascii", "utf-8"),
    ],
)
def test_encoding_is_found_and_nothing_is_lost(tmp_path: Path, text: str, written: str, codec: str) -> None:
    path = tmp_path / "text.csv"
    path.write_bytes(text.encode(written))
    encoding = find_encoding(path)
    assert (encoding.codec, encoding.is_certain) == (codec, True)
    assert read_here(path).preview[0][0] in text


def test_character_cut_at_a_piece_of_the_file_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n" + "x黄石港,1\n".encode() * 200_000)
    assert find_encoding(path).codec == "utf-8"


def _workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("数据")
        padded, day = book.add_format({"num_format": "000000"}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.merge_range("A1:F1", "黄石港区网点表")
        sheet.merge_range("A2:A3", "街道")
        sheet.merge_range("B2:C2", "网点")
        sheet.write_row("B3", ["名称", "邮编"])
        sheet.merge_range("D2:D3", "开业日期")
        sheet.merge_range("E2:E3", "代码")
        sheet.merge_range("F2:F3", "得分")
        sheet.merge_range("A4:A5", "花湖")
        for row, (name, code, score) in enumerate(
            [("甲", 4111010001, 68.66499999999999), ("乙", 42, 0.1 + 0.2)], start=3
        ):
            sheet.write(row, 1, name)
            sheet.write(row, 2, 7 + row, padded)
            sheet.write(row, 3, dt.date(2026, 7, 10), day)
            sheet.write_string(row, 4, f"00{code}")
            sheet.write_number(row, 5, score)
        sheet.set_row(4, None, None, {"hidden": True})
    return path


def test_workbook_keeps_zeros_days_and_merged_values(tmp_path: Path) -> None:
    store = tmp_path / "rows.duckdb"
    reading = read_here(_workbook(tmp_path / "book.xlsx"), store=store)
    assert (reading.title_lines, reading.header_rows) == (["黄石港区网点表"], [2, 3])
    assert _names(reading) == ["街道", "网点_名称", "网点_邮编", "开业日期", "代码", "得分"]
    assert stored_rows(store, reading.columns) == [
        ["花湖", "甲", "000010", "2026-07-10", "004111010001", "68.665"],
        ["花湖", "乙", "000011", "2026-07-10", "0042", "0.3"],
    ]
    assert {"hidden_rows_or_columns", "merged_cells_filled"} <= {warning["code"] for warning in reading.warnings}


def test_recipe_gives_the_same_rows_again(tmp_path: Path) -> None:
    book = _workbook(tmp_path / "book.xlsx")
    first = read_here(book)
    again = read_here(book, recipe=first.recipe)
    assert (again.csv_sha256, again.columns, again.recipe) == (first.csv_sha256, first.columns, first.recipe)


@pytest.mark.shared
@pytest.mark.parametrize(
    "file",
    ["cn_moe/全国成人高等学校名单_20250620.xls", "cn_nbs/月度数据_带长注释.csv", "cn_nbs/ExportData_指标行列.xls"],
)
def test_recipe_of_a_real_file_gives_the_same_rows_again(shared_data: Path, file: str) -> None:
    first = read_here(shared_data / "tables" / file)
    again = read_here(shared_data / "tables" / file, recipe=first.recipe)
    assert (again.content_sha256, again.row_count) == (first.content_sha256, first.row_count)


def test_backslash_escapes_quotes_only_where_it_must() -> None:
    assert read_text('名称,说明\n甲,"他说 \\"好\\" 了"\n').preview == [["甲", '他说 "好" 了']]
    assert read_text('名称,路径\n甲,"C:\\""dir"\n乙,"x"\n').preview[0] == ["甲", 'C:\\"dir']
