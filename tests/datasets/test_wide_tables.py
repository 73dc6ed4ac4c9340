"""Tables of many columns take another way through DuckDB; nobody can tell from the answers."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import duckdb
import pytest

from datasets.columns import Column
from datasets.formats import csv_writer, json_writer, lines
from datasets.query import sql
from datasets.query.engine import run
from datasets.query.parse import parse
from datasets.rows import ALL_ROWS

COLUMNS = [
    Column(0, "a", "甲"),
    Column(1, 'q"b', "乙"),
    Column(2, "n", "数", "integer"),
    Column(3, "d", "小数", "decimal"),
    Column(4, "b", "是否", "boolean"),
    Column(5, "t", "日", "date"),
]
ROWS = [
    ["=1", 'x"y', -5, Decimal("1.50"), True, dt.date(2024, 1, 2)],
    ["a,b", "行\r\n\t\0末", 7, Decimal("-0.25"), False, None],
    [None, "-5", None, None, None, dt.date(1999, 12, 31)],
    ["甲", "@x", 0, Decimal("0.00"), None, None],
]


@pytest.fixture
def as_wide(monkeypatch):
    """Makes every table count as wide."""

    def switch() -> None:
        for module in (csv_writer, lines, sql):
            monkeypatch.setattr(module, "WIDE", 0)

    return switch


def test_csv_has_the_same_bytes_either_way(make_store, tmp_path, as_wide):
    store = make_store(COLUMNS, ROWS)
    narrow = csv_writer.digest_csv(store, COLUMNS, tmp_path / "scratch.csv")
    csv_writer.write_csv(store, COLUMNS, tmp_path / "narrow.csv")
    as_wide()
    assert csv_writer.digest_csv(store, COLUMNS, tmp_path / "scratch.csv") == narrow
    csv_writer.write_csv(store, COLUMNS, tmp_path / "wide.csv")
    assert (tmp_path / "wide.csv").read_bytes() == (tmp_path / "narrow.csv").read_bytes()


def test_json_has_the_same_content_either_way(make_store, tmp_path, as_wide):
    store = make_store(COLUMNS, ROWS)
    assert json_writer.write_rows(store, COLUMNS, tmp_path / "narrow.json", rows=ALL_ROWS) == 4
    as_wide()
    assert json_writer.write_rows(store, COLUMNS, tmp_path / "wide.json", rows=ALL_ROWS) == 4
    narrow, wide = ((tmp_path / name).read_text() for name in ("narrow.json", "wide.json"))
    assert json.loads(narrow, parse_float=str) == json.loads(wide, parse_float=str)
    assert '"d":1.50' in wide
    assert json_writer.write_rows(make_store(COLUMNS, []), COLUMNS, tmp_path / "none.json", rows=ALL_ROWS) == 0
    assert (tmp_path / "none.json").read_text() == "[]\n"


@pytest.mark.parametrize("words", ["甲", "-5 X", "1.50 true", "2024-01", "nothing", "5 1.5", "a,b 7"])
def test_words_are_found_either_way(make_store, as_wide, words):
    store = make_store(COLUMNS, ROWS)
    query = parse([("_q", words)], COLUMNS)
    narrow = run(store, COLUMNS, query).numbers
    as_wide()
    assert run(store, COLUMNS, query).numbers == narrow


def test_a_word_does_not_reach_over_two_cells(make_store, as_wide):
    store = make_store(COLUMNS[:2], [["ab", "cd"]])
    as_wide()
    assert run(store, COLUMNS[:2], parse([("_q", "bc")], COLUMNS[:2])).total == 0


def test_two_thousand_columns_are_exported_and_asked(tmp_path):
    names = ", ".join(f"'v{index} ' || i AS c{index}" for index in range(2000))
    connection = duckdb.connect(str(tmp_path / "wide.duckdb"))
    connection.execute(f"CREATE TABLE data AS SELECT i::BIGINT AS _row, {names} FROM range(1, 21) t(i)")
    connection.close()
    columns = [Column(index, f"k{index}", f"列{index}") for index in range(2000)]
    store = tmp_path / "wide.duckdb"
    assert csv_writer.write_csv(store, columns, tmp_path / "w.csv").row_count == 20
    last = (tmp_path / "w.csv").read_text("utf-8-sig").splitlines()[-1].split(",")
    assert (len(last), last[0], last[-1]) == (2000, "v0 20", "v1999 20")
    assert json_writer.write_rows(store, columns, tmp_path / "w.json", rows=ALL_ROWS) == 20
    assert run(store, columns, parse([("_q", "v1999")], columns)).total == 20
    assert run(store, columns, parse([("k1999", "v1999 7")], columns)).numbers == [7]
