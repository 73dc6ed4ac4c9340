"""Sheets with merged cells, as offices make them in a spreadsheet program."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from tests.datasets.ingesting import read_here
from tests.datasets.layouts import Layout, check_layout


def _write(path: Path, text: str, merges: list[str]) -> Path:
    """A workbook with the cells of a CSV text (numbers as numbers) and these ranges merged."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表")
        for number, line in enumerate(text.splitlines()):
            for column, cell in enumerate(line.split(",")):
                if cell.replace(".", "").isdigit():
                    sheet.write_number(number, column, float(cell))
                elif cell:
                    sheet.write_string(number, column, cell)
        for area in merges:
            first = area.split(":")[0]
            sheet.merge_range(area, text.splitlines()[int(first[1:]) - 1].split(",")[ord(first[0]) - ord("A")])
    return path


CASES = {
    "three levels, a title, a total": (
        ["A1:G1", "A2:A4", "B2:B4", "C2:F2", "C3:D3", "E3:F3", "G2:G4", "A7:B7"],
        Layout(
            "人口统计表,,,,,,\n序号,街道,人口,,,,户数\n,,户籍,,常住,,\n,,男,女,男,女,\n"
            "1,花湖,1,2,3,4,5\n2,红旗桥,6,7,8,9,10\n合计,,7,9,11,13,15\n",
            [2, 3, 4],
            ["序号", "街道", "人口_户籍_男", "人口_户籍_女", "人口_常住_男", "人口_常住_女", "户数"],
            3,
            ["1", "花湖", "1", "2", "3", "4", "5"],
            ["人口统计表"],
            warned={"total_row_in_data": [7]},
        ),
    ),
    "years under groups": (
        ["A1:A2", "B1:C1", "D1:E1"],
        Layout(
            "指标,生产总值,,税收,\n,2023,2024,2023,2024\n花湖,1,2,3,4\n红旗桥,5,6,7,8\n",
            [1, 2],
            ["指标", "生产总值_2023", "生产总值_2024", "税收_2023", "税收_2024"],
            2,
            ["花湖", "1", "2", "3", "4"],
        ),
    ),
    "units and column numbers under two levels": (
        ["A1:A2", "B1:C1", "D1:D2"],
        Layout(
            "街道,人口,,面积\n,户籍,常住,\n,人,人,平方公里\n甲,1,2,3\n花湖,10,20,3.5\n红旗桥,5,6,7.5\n",
            [1, 2, 3, 4],
            ["街道", "人口_户籍", "人口_常住", "面积"],
            2,
            ["花湖", "10", "20", "3.5"],
            units=[None, "人", "人", "平方公里"],
        ),
    ),
    "a heading over two columns of words": (
        ["B1:C1"],
        Layout(
            "序号,地址,,备注\n1,花湖,湖滨路,无\n2,红旗桥,黄石大道,有\n",
            [1],
            ["序号", "地址", "地址_2", "备注"],
            2,
            ["1", "花湖", "湖滨路", "无"],
            warned={"header_duplicate": []},
        ),
    ),
    "groups merged downwards, subtotals": (
        ["A2:A4", "A5:A6", "A7:B7"],
        Layout(
            "街道,社区,户数\n花湖,磁湖,1\n,青山湖,2\n,小计,3\n红旗桥,锁前,4\n,小计,4\n合计,,7\n",
            [1],
            ["街道", "社区", "户数"],
            6,
            ["花湖", "磁湖", "1"],
            warned={"merged_cells_filled": [], "total_row_in_data": [4, 6, 7]},
        ),
    ),
    "headings of groups over the whole width": (
        ["A2:C2", "A4:C4"],
        Layout(
            "名称,地址,电话\n花湖街道,,\n甲,路1,88\n红旗桥街道,,\n乙,路2,99\n",
            [1],
            ["名称", "地址", "电话"],
            2,
            ["甲", "路1", "88"],
            warned={"group_rows_left_out": [2, 4]},
        ),
    ),
    "title over two rows, office and signatures": (
        ["A1:D2", "A3:C3", "A7:B7", "C7:D7"],
        Layout(
            "台账,,,\n,,,\n单位：花湖街道,,,日期：2026年1月\n序号,名称,地址,电话\n1,甲,路1,88\n2,乙,路2,99\n"
            "填表人：张,,审核人：李,\n",
            [4],
            ["序号", "名称", "地址", "电话"],
            2,
            ["1", "甲", "路1", "88"],
            ["台账", "单位：花湖街道 日期：2026年1月"],
            ["填表人：张 审核人：李"],
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sheet_with_merged_cells_is_read_as_a_person_reads_it(tmp_path: Path, name: str) -> None:
    merges, layout = CASES[name]
    check_layout(read_here(_write(tmp_path / "sheet.xlsx", layout.text, merges)), layout)


def test_recipe_of_a_sheet_with_units_gives_the_same_columns_again(tmp_path: Path) -> None:
    merges, layout = CASES["units and column numbers under two levels"]
    path = _write(tmp_path / "sheet.xlsx", layout.text, merges)
    first = read_here(path)
    again = read_here(path, recipe=first.recipe)
    assert (again.columns, again.content_sha256) == (first.columns, first.content_sha256)
