"""Small catalog sheets written cell by cell, as departments deliver them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

HEADERS = (
    "信息资源名称",
    "信息资源提供方",
    "更新周期",
    "信息资源摘要",
    "开放类型",
    "数据领域",
    "信息资源格式分类",
    "信息资源格式类型",
    "共享类型",
    "共享方式",
    "联系电话",
    "信息项名称",
    "数据类型",
    "长度",
)
"""A B C … N of the sheets below."""

GOOD = {
    "信息资源名称": "黄石港区社区居委会名录",
    "信息资源提供方": "黄石港区民政局",
    "更新周期": "每月",
    "信息资源摘要": "辖区各社区居委会的名称、地址和办公电话。",
    "开放类型": "无条件开放",
    "数据领域": "生活服务",
    "信息资源格式分类": "电子表格",
    "信息资源格式类型": "xlsx",
    "共享类型": "无条件共享",
    "共享方式": "文件",
    "联系电话": "0714-6250001",
    "信息项名称": "社区名称",
    "数据类型": "字符型",
    "长度": "64",
}
"""A row without any fault."""


def row(headers: Sequence[str] = HEADERS, **cells: Any) -> list[Any]:
    """A good row with some cells replaced."""
    return [{**GOOD, **cells}.get(header, "") for header in headers]


def write_xlsx(
    path: Path,
    rows: Sequence[Sequence[Any]],
    *,
    merges: Sequence[str] = (),
    name: str = "目录",
    hidden: str | None = None,
) -> Path:
    """A workbook with these rows from A1; `merges` like "A2:A4"; `hidden` is the name of an invisible sheet beside."""
    with xlsxwriter.Workbook(path) as book:
        if hidden:
            book.add_worksheet(hidden).hide()
        sheet = book.add_worksheet(name)
        sheet.activate()
        sheet.set_first_sheet()
        for at, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell not in ("", None):
                    sheet.write(at, column, cell)
        for area in merges:
            start = area.partition(":")[0]
            column, line = ord(start[0]) - 65, int(start[1:]) - 1
            sheet.merge_range(area, rows[line][column])
    return path


def write_sheet(path: Path, *rows: Sequence[Any], headers: Sequence[str] = HEADERS) -> Path:
    """A workbook with the headers in row 1 and these rows from row 2."""
    return write_xlsx(path, [headers, *rows])


def csv_bytes(rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """The rows as a .csv in an encoding."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)
