"""Types: only what every cell survives; codes and long numbers stay text; exports equal the delivered text."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.columns import Column
from datasets.ingest.reading import Reading, ReadOptions
from tests.datasets.ingesting import read_here, read_text, stored_rows

FIXED = ReadOptions(encoding="utf-8", delimiter=",", header_row=1, header_row_count=1, has_header=True)

TYPED = [  # header, cells, type, shadow, recognised
    ("人数", ["0", "12", "-5"], "integer", None, None),
    ("人数", ["0", "12", ""], "integer", None, None),
    ("人数", ["007", "12"], "text", None, "code"),
    ("人数", ["+5", "12"], "text", "integer", None),
    ("人数", ["1e5", "12"], "text", None, None),
    ("人数", ["1e5", "2E3"], "text", None, None),
    ("人数", ["1,492,222", "683,616", "不公開"], "text", "integer", "grouped"),
    ("人数", ["12", "暂缺", "-", "…"], "text", None, None),
    ("人数", ["12", "1.5", "甲"], "text", "decimal", None),
    ("序号", ["1", "2", "10"], "integer", None, None),
    ("单号", ["1", "2"], "text", None, "code"),
    ("单号", ["2", "10"], "text", "integer", "code"),
    ("门牌号", ["2", "10"], "text", "integer", "code"),
    ("行政区划代码", ["420202", "420203"], "text", None, "code"),
    ("areaCode", ["420202", "420203"], "text", None, "code"),
    ("id", ["1", "2"], "text", None, "code"),
    ("停车场ID", ["1", "2"], "text", None, "code"),
    ("行政区", ["63000010", "63000020"], "text", None, "code"),
    ("VALID", ["1", "2"], "integer", None, None),
    ("小时", ["08", "12"], "text", None, None),
    ("启用代码", ["true", "false"], "text", None, None),
    ("标志代码", ["TRUE", "FALSE"], "text", None, None),
    ("版本", ["1.10", "1.20"], "text", None, None),
    ("编号", ["1-2", "1-3"], "text", None, None),
    ("编号", ["2026-01-02", "2026-01-03"], "text", None, None),
    ("身份证有效期", ["2026-01-02", "2026-01-03"], "date", None, None),
    ("联系方式", ["+86 13800138000", "+86 13800138001"], "text", None, None),
    ("联系方式", ["13800138000", "13800138001"], "text", None, "code"),
    ("区号", ["0714", "027"], "text", None, "code"),
    ("车牌", ["鄂B12345", "鄂BD12345"], "text", None, None),
    ("期末余额", ["15234567890", "981"], "integer", None, None),
    ("社区", ["420202005001", "420202005002"], "text", None, "code"),
    ("身份", ["310230199001010012", "310230199001010020"], "text", None, "code"),
    ("占比", ["12.50", "3.25"], "decimal", None, None),
    ("占比", ["108.039002", "31.2646"], "decimal", None, None),
    ("占比", ["4.0", "12.25"], "decimal", None, None),
    ("占比", ["4", "12.25"], "text", "decimal", None),
    ("占比", ["4.50", "12.2"], "text", "decimal", None),
    ("占比", ["12.5%", "3%"], "text", "decimal", "percent"),
    ("占比", ["0.18207282913165265", "0.5"], "text", "decimal", None),
    ("占比", ["NaN", "0.5", "0.25"], "text", "decimal", None),
    ("价格", ["￥1,200.50", "￥3"], "text", "decimal", "currency"),
    ("价格", ["3.5万元", "800元"], "text", "decimal", "currency"),
    ("价格", ["约300元", "5元/人"], "text", None, None),
    ("启用", ["true", "false"], "boolean", None, None),
    ("启用", ["TRUE", "FALSE"], "text", "boolean", "yes_no"),
    ("是否公办", ["是", "否", "是"], "text", "boolean", "yes_no"),
    ("是否公办", ["是", "否", "部分"], "text", None, None),
    ("是否公办", ["是", "是"], "text", None, None),
    ("备注", ["无", "无"], "text", None, None),
    ("达标", ["√", "×"], "text", "boolean", "yes_no"),
    ("日期", ["2026-07-10", "2024-02-29"], "date", None, None),
    ("日期", ["2026-02-30", "2026-07-10", "2026-07-11"], "text", "date", None),
    ("日期", ["2026-1-2", "2026-11-12"], "text", "date", None),
    ("日期", ["2026/1/2", "2026/11/12"], "text", "date", "slashed_date"),
    ("日期", ["2026.1.2", "2026.11.12"], "text", "date", "dotted_date"),
    ("日期", ["2026年1月2日", "2026年11月12日"], "text", "date", "chinese_date"),
    ("日期", ["2026年1月2日", "2026/11/12", "2026.3.4"], "text", "date", None),
    ("日期", ["20260102", "20261112"], "text", "date", "compact_date"),
    ("数量", ["20260102", "20261112"], "integer", None, None),
    ("统计期", ["2026年1月", "2026年12月"], "text", "date", "chinese_month"),
    ("月份", ["2026-01", "2026-12"], "text", "date", "month"),
    ("座位", ["2026-01", "2026-12"], "text", None, None),
    ("座位", ["1-2", "3-4"], "text", None, None),
    ("说明", ["4202.1.3", "4202.1.4"], "text", None, None),
    ("更新时间", ["2026-07-10 10:00:00", "2024-02-29 23:59:59"], "datetime", None, None),
    ("更新时间", ["2026-07-10 10:00", "2024-02-29 23:59"], "text", "datetime", None),
    ("更新时间", ["2026-07-10T10:00:00", "2024-02-29T23:59:59"], "text", "datetime", None),
    ("更新时间", ["2026年1月2日 8:30", "2026年1月3日"], "text", "datetime", "chinese_date"),
    ("经度", ["115.0653", "115.1021"], "decimal", None, "longitude"),
    ("lat", ["30.2153", "30.1"], "decimal", None, "latitude"),
    ("X", ["115.0653", "115.1"], "decimal", None, "longitude"),
    ("Y", ["115.0653", "115.1"], "decimal", None, None),
    ("经度", ["30.2153", "30.1"], "decimal", None, None),
    ("坐标", ["115.0653,30.2153", "115.1,30.1"], "text", None, "coordinates"),
    ("备注", ["", ""], "text", None, None),
]


@pytest.mark.parametrize(("header", "cells", "kind", "shadow", "recognised"), TYPED)
def test_column_has_the_type_that_all_its_cells_survive(
    header: str, cells: list[str], kind: str, shadow: str | None, recognised: str | None
) -> None:
    _, column = read_text("名称," + header + "\n" + "".join(f'甲,"{cell}"\n' for cell in cells)).columns
    assert (column.type, column.shadow_type, column.recognised) == (kind, shadow, recognised)


def test_eight_digits_that_are_days_in_every_row_are_days_without_a_header_that_says_so() -> None:
    days = [f"2026{month:02}{day:02}" for month in (1, 2) for day in range(1, 21)]
    rows = "".join(f"甲,{day}\n" for day in days)
    assert read_text("名称,登记\n" + rows).columns[1].recognised == "compact_date"
    assert read_text("名称,登记\n" + rows + "甲,20261301\n").columns[1].type == "integer"


def test_rebuilt_rows_recognise_the_same(tmp_path: Path) -> None:
    path = tmp_path / "delivered.csv"
    path.write_text("名称,占比,经度\n甲,52%,115.06\n乙,3%,115.07\n", encoding="utf-8")
    reading = read_here(path)
    assert [column.recognised for column in reading.columns] == [None, "percent", "longitude"]
    assert read_here(path, recipe=reading.recipe).columns == reading.columns


def test_shadow_reads_figures_and_dates_loosely(tmp_path: Path) -> None:
    rows = ["\"1,492,222\",2026/1/2", "683616,2026年11月12日", "不公開,未定", "+5,2026.3.4"]  # fmt: skip
    read_text("金额,日期\n" + "\n".join(rows) + "\n", store=tmp_path / "rows.duckdb")
    with duckdb.connect(str(tmp_path / "rows.duckdb"), read_only=True) as connection:
        found = connection.execute("SELECT s0, CAST(s1 AS VARCHAR) FROM data ORDER BY _row").fetchall()
    assert found == [(1492222, "2026-01-02"), (683616, "2026-11-12"), (None, None), (5, "2026-03-04")]


def test_counts_and_profile_tell_of_every_row() -> None:
    reading = read_text("街道,户数\n花湖,10\n红旗桥,\n花湖,30\n")
    street, homes = reading.profile["columns"]
    assert reading.columns[1] == Column(1, "户数", "户数", "integer", None, blank_count=1, distinct_hint=2)
    assert (homes["least"], homes["greatest"], homes["mean"], homes["blank_count"]) == (10, 30, 20.0, 1)
    assert street["top"] == [["花湖", 2], ["红旗桥", 1]]


TRAPS = ["007", "1e5", "-0", "1.50", "12", "NaN", "true", "2026-01-02", "１２", "=1+1", '"', ",", "1,234", "-", "inf"]
cells = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12) | st.sampled_from(
    [*TRAPS, "", " 5", "a\nb"]
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=2, max_size=12))
def test_stored_rows_print_back_exactly_what_was_delivered(rows: list[list[str]]) -> None:
    """F33: values in every export equal the original text; a cell of blanks only is blank."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["甲", "乙", "丙"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "rows.duckdb"
        path = Path(folder) / "delivered.csv"
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        reading = read_here(path, FIXED, store=store)
        found = stored_rows(store, reading.columns)
    kept = [[cell if cell.strip() else None for cell in row] for row in rows]
    expected = [row for row in kept if any(row)]
    width = len(reading.columns)
    assert [row[:width] for row in found] == [[*row][:width] for row in expected[: len(found)]]
    assert len(found) >= len(expected) - sum(_is_note_like(row) for row in expected)


def _is_note_like(row: list[str | None]) -> bool:
    """A last row of one cell may be taken for a footnote."""
    return sum(cell is not None for cell in row) == 1


def _big(rows: int) -> str:
    lines = [
        f'{number:07d},{number},"甲, {number % 7}",{number / 4},2026-07-{1 + number % 28:02d}, '
        for number in range(rows)
    ]
    return "编号,数,名称,值,日期,空\n" + "\n".join(lines) + "\n"


def test_large_regular_file_reads_the_same_by_the_fast_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datasets.ingest import text_file

    path = tmp_path / "big.csv"
    path.write_text(_big(5000), encoding="utf-8")
    readings: list[Reading] = []
    for least in (1, 1 << 40):
        monkeypatch.setattr(text_file, "FAST_BYTES", least)
        readings.append(read_here(path))
    fast, careful = readings
    assert fast.as_dict() == careful.as_dict()
    assert (fast.row_count, [column.type for column in fast.columns][:5]) == (
        5000,
        ["text", "integer", "text", "decimal", "date"],
    )
