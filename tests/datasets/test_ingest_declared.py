"""Declared data items against what arrived: each contradiction with its count, its rows and what stands there."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from datasets.ingest.declared import CHECKS, DeclaredItem, check_declared
from datasets.ingest.pipeline import Order, read_delivery
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reader import read_file
from datasets.ingest.reading import ReadOptions
from datasets.ingest.value_ranges import Bounds, CodeList, parse_value_range

Check = dict[str, Any]


def checks_of(text: str, declared: Sequence[Mapping[str, Any]], *, header_row: int | None = None) -> list[Check]:
    """What a CSV file with this content contradicts."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "delivered.csv").write_text(text, encoding="utf-8")
        order = Order(
            work / "delivered.csv", work / "rows.duckdb", work, ReadOptions(header_row=header_row), None, declared
        )
        return read_delivery(order, RawTable(work), lambda step: None).checks


def broken(checks: Sequence[Check]) -> list[tuple[str, str, int, list[int]]]:
    """Column, kind, count and rows of each check."""
    return [(check["column"], check["kind"], check["count"], check["rows"]) for check in checks]


def test_nothing_is_checked_where_nothing_is_declared() -> None:
    assert checks_of("名称,人数\n甲,1\n", []) == []


def test_file_that_says_what_is_declared_has_no_checks() -> None:
    declared = [
        {"name": "名称", "type": "C", "length": 2, "is_primary_key": True},
        {"name": "人数", "type": "I", "length": 3, "is_required": True, "value_range": "0~999"},
        {"name": "日期", "type": "D"},
        {"name": "等级", "type": "C", "value_range": "1 优；2 良"},
    ]
    assert checks_of("名称,人数,日期,等级\n甲,1,2026/1/2,1\n乙,999,20260102,良\n", declared) == []


def test_columns_are_matched_by_either_name_whatever_width_case_and_blanks() -> None:
    declared = [{"name": "户数（户）", "type": "I"}, {"name": "开业日期", "field_name": "opened_on", "type": "D"}]
    assert checks_of("户数 (户),OPENED_ON\n1,2026-01-02\n2,2026-01-03\n", declared) == []


def test_columns_too_few_too_many_and_closed_are_named() -> None:
    declared = [
        {"name": "名称", "type": "C"},
        {"name": "住址", "type": "C", "is_open": False},
        {"name": "联系人", "type": "C", "is_open": False},
        {"name": "人数", "type": "I"},
    ]
    found = broken(checks_of("名称,住址,备注\n甲,一号,无\n乙,二号,有\n", declared))
    assert found == [("人数", "missing", 0, []), ("备注", "undeclared", 0, []), ("住址", "closed", 0, [])]


def test_rows_are_those_that_a_spreadsheet_shows() -> None:
    """A title line, a header, a cell over two lines: the bad cells stand in rows 5 and 6."""
    text = '人口情况表,,\n名称,街道,人数\n"甲\n一",花湖,1\n乙,花湖,2\n丙,花湖,约300\n丁,花湖,\n戊,花湖,5\n'
    declared = [{"name": "名称"}, {"name": "街道"}, {"name": "人数", "type": "I", "is_required": True}]
    checks = checks_of(text, declared, header_row=2)
    assert broken(checks) == [("人数", "wrong_type", 1, [5]), ("人数", "blank", 1, [6])]
    assert checks[0]["samples"] == ["约300"]
    assert checks[0]["expected"] == "I"


WRONG = [  # declared type, cells, those that do not fit
    ("I", ["1", "-2", "1,234", "1.0", "007", "1e5", "约3", "12345678901234567890"], ["1.0", "007", "1e5", "约3"]),
    ("N", ["1", "1.50", "1,234.5", "5%", "¥5", "1e5"], ["5%", "¥5", "1e5"]),
    ("B", ["1.5", "1e5", "-2E-3", "x"], ["x"]),
    ("F", ["1.5", "一"], ["一"]),
    ("Y", ["1", "¥1,200.50", "3.5万元", "5%", "免费"], ["5%", "免费"]),
    ("D", ["2026-01-02", "2026/1/2", "2026年1月2日", "20260102", "2026年1月", "2026-02-30", "20261302"],
     ["2026年1月", "2026-02-30", "20261302"]),
    ("T", ["2026-01-02 10:00:00", "2026/1/2 8:05", "2026-01-02", "10:00"], ["10:00"]),
    ("L", ["是", "否", "true", "0", "√", "部分"], ["部分"]),
    ("C", ["甲", "1", "2026-01-02"], []),
    ("M", ["甲", "1"], []),
    ("", ["甲", "1"], []),
]  # fmt: skip


@pytest.mark.parametrize(("letter", "cells", "wrong"), WRONG)
def test_cells_that_do_not_fit_the_declared_type_are_named(letter: str, cells: list[str], wrong: list[str]) -> None:
    text = "名称,值\n" + "".join(f'甲,"{cell}"\n' for cell in cells)
    checks = checks_of(text, [{"name": "名称"}, {"name": "值", "type": letter}])
    rows = [cells.index(cell) + 2 for cell in wrong]
    assert broken(checks) == ([("值", "wrong_type", len(wrong), rows)] if wrong else [])
    assert [sample for check in checks for sample in check["samples"]] == wrong[:3]


LIMITS = [  # what is declared, cells, kind, rows
    ({"type": "C", "length": 3}, ["一二三", "一二三四", "abcd"], "too_long", [3, 4]),
    ({"type": "N", "length": 4, "decimals": 1}, ["123.4", "-999.9", "1,234.5"], "too_long", [4]),
    ({"type": "N", "decimals": 1}, ["1.5", "1.55", "2"], "too_many_decimals", [3]),
    ({"type": "N", "decimals": 0}, ["1", "1.5", "2"], "too_many_decimals", [3]),
    ({"type": "C", "value_range": "男、女"}, ["男", "女", "男性", ""], "not_in_list", [4]),
    ({"type": "C", "value_range": "1 是；0 否"}, ["1", "否", "2"], "not_in_list", [4]),
    ({"type": "N", "value_range": "0~100"}, ["0", "100", "100.5", "-1"], "out_of_range", [4, 5]),
    ({"type": "I", "value_range": "≥1"}, ["1", "0"], "out_of_range", [3]),
    ({"type": "C", "is_required": True}, ["甲", "", "乙"], "blank", [3]),
]


@pytest.mark.parametrize(("declared", "cells", "kind", "rows"), LIMITS)
def test_cells_beyond_what_is_declared_are_named(
    declared: dict[str, Any], cells: list[str], kind: str, rows: list[int]
) -> None:
    text = "名称,值\n" + "".join(f'甲,"{cell}"\n' for cell in cells)
    assert broken(checks_of(text, [{"name": "名称"}, {"name": "值", **declared}])) == [("值", kind, len(rows), rows)]


def test_repeated_keys_are_told_after_the_first_and_blank_ones_as_blank() -> None:
    text = "街道,编号,人数\n花湖,1,1\n红旗桥,1,1\n花湖,1,2\n花湖,,3\n花湖,,4\n花湖,1,5\n"
    key = {"type": "C", "is_primary_key": True}
    checks = checks_of(text, [{"name": "街道", **key}, {"name": "编号", **key}, {"name": "人数", "type": "I"}])
    assert broken(checks) == [("编号", "blank", 2, [5, 6]), ("街道 + 编号", "key_repeated", 2, [4, 7])]
    assert checks[1]["samples"] == ["花湖 + 1"]


def test_first_hundred_rows_are_named_and_all_are_counted() -> None:
    text = "名称,人数\n" + "甲,多\n" * 250
    (check,) = checks_of(text, [{"name": "名称"}, {"name": "人数", "type": "N"}])
    assert (check["count"], check["rows"], check["samples"]) == (250, list(range(2, 102)), ["多"])


def test_samples_of_columns_with_personal_data_are_masked() -> None:
    text = "名称,证件\n" + "甲,11010519491231002X\n" * 5
    (check,) = checks_of(text, [{"name": "名称"}, {"name": "证件", "type": "C", "length": 15}])
    assert (check["kind"], check["count"]) == ("too_long", 5)
    assert "19491231" not in str(check["samples"])


def test_text_of_the_catalog_never_becomes_sql() -> None:
    nasty = "'); DROP TABLE raw; --"
    declared = [
        {"name": nasty, "field_name": nasty},
        {"name": "值", "type": "C", "value_range": f"甲、{nasty[:6]}、o'k"},
    ]
    found = broken(checks_of("名称,值\n甲,o'k\n乙,x\n", declared))
    assert found == [(nasty, "missing", 0, []), ("名称", "undeclared", 0, []), ("值", "not_in_list", 1, [3])]


def test_child_checks_what_the_parent_declares(tmp_path: Path) -> None:
    path = tmp_path / "delivered.csv"
    path.write_text("名称,人数\n甲,1\n乙,多\n", encoding="utf-8")
    declared = [{"name": "名称", "type": "C"}, {"name": "人数", "type": "I"}]
    reading = read_file(path, file_name="a.csv", row_store=tmp_path / "rows.duckdb", declared=declared)
    assert broken(reading.checks) == [("人数", "wrong_type", 1, [3])]


RANGES = [
    ("1 是；0 否", {"1", "是", "1 是", "0", "否", "0 否"}),
    ("1-男;2-女", {"1", "男", "1-男", "2", "女", "2-女"}),
    ("男、女", {"男", "女"}),
    ("优,良,差", {"优", "良", "差"}),
    ("A：优\nB：良", {"A", "优", "A：优", "B", "良", "B：良"}),
    ("0~100", (0, 100)),
    ("[0, 1]", (0, 1)),
    ("-5 至 5.5", (-5, 5.5)),
    ("≥0", (0, float("inf"))),
    ("不大于10", (float("-inf"), 10)),
    ("100~0", None),
    ("见 GB/T 2260", None),
    ("按国家标准填写，保留两位小数", None),
    ("如：小学、初中等", None),
    ("男", None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("text", "expected"), RANGES)
def test_value_range_is_read_where_it_is_certain(text: str | None, expected: object) -> None:
    match parse_value_range(text):
        case CodeList(values):
            assert values == expected
        case Bounds(least, greatest):
            assert (least, greatest) == expected
        case nothing:
            assert nothing is expected


def test_items_of_a_later_catalog_are_understood() -> None:
    assert DeclaredItem.from_dict({"name": "甲", "unknown": 1}) == DeclaredItem("甲")


def test_every_kind_of_check_has_both_texts() -> None:
    assert all(zh and en for zh, en in CHECKS.values())
    assert check_declared.__doc__ is not None
