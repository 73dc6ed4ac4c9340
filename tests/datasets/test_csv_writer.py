"""The canonical CSV: exact bytes, any text, formulas guarded, equal content with equal digest."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import uuid
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.columns import Column
from datasets.formats.csv_writer import digest_csv, write_csv
from datasets.formats.guard import guard_cell, guarded_sql
from datasets.rows import Selection

MIXED = [
    Column(0, "code", "编码"),
    Column(1, "name", "名称"),
    Column(2, "beds", "床位", "integer"),
    Column(3, "area", "面积", "decimal"),
    Column(4, "open", "开放", "boolean"),
    Column(5, "day", "日期", "date"),
    Column(6, "at", "时间", "datetime"),
]


def test_every_type_prints_as_it_was_delivered(make_store, tmp_path):
    rows = [
        ["0017", '他说"好"', 12, Decimal("1.50"), True, dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 8, 30)],
        [None, "甲,乙\n丙", -5, None, False, None, None],
    ]
    written = write_csv(make_store(MIXED, rows), MIXED, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == (
        "\ufeff编码,名称,床位,面积,开放,日期,时间\r\n"
        '0017,"他说""好""",12,1.50,true,2024-02-29,2024-02-29 08:30:00\r\n'
        ',"甲,乙\n丙",-5,,false,,\r\n'
    ).encode()
    assert written.row_count == 2
    assert written.byte_size == (tmp_path / "out.csv").stat().st_size
    assert written.sha256 == hashlib.sha256((tmp_path / "out.csv").read_bytes()).hexdigest()


def test_blank_cell_of_a_single_column_is_still_a_row(make_store, tmp_path):
    column = [Column(0, "a", "甲")]
    write_csv(make_store(column, [["x"], [None], ["y"]]), column, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == '\ufeff甲\r\nx\r\n""\r\ny\r\n'.encode()


def test_table_without_rows_has_only_its_header(make_store, tmp_path):
    column = [Column(0, "a", "甲"), Column(1, "b", 'b"c')]
    written = write_csv(make_store(column, []), column, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == '\ufeff甲,"b""c"\r\n'.encode()
    assert written.row_count == 0


def test_selection_orders_and_binds_its_values(make_store, tmp_path):
    columns = [Column(0, "a", "甲"), Column(1, "n", "数", "integer")]
    store = make_store(columns, [["x", 1], ["y", 3], ["z", 2], ["x'; DROP TABLE data", 9]])
    rows = Selection(where="c1 < ? AND c0 <> ?", order="c1 DESC, _row", limit=2, params=(9, "x"))
    written = write_csv(store, columns, tmp_path / "out.csv", rows=rows)
    assert (tmp_path / "out.csv").read_text("utf-8-sig").splitlines() == ["甲,数", "y,3", "z,2"]
    assert written.row_count == 2


@pytest.mark.parametrize(
    ("cell", "printed"),
    [
        ("=1+1", "'=1+1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("+86 714 6512345", "'+86 714 6512345"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-1+2", "'-1+2"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\nx", "'\nx"),
        ("\0x", "'\0x"),
        ('";=1', "'\";=1"),
        ("  =1", "'  =1"),
        ("　＝1", "'　＝1"),
        ("＝1", "'＝1"),
        ("＠x", "'＠x"),
        ("-5", "-5"),
        ("+5", "+5"),
        ("-1,234.50", "-1,234.50"),
        ("-5%", "-5%"),
        ("-1.5e3", "-1.5e3"),
        ("-", "-"),
        ("--", "--"),
        ("－", "－"),
        ("—", "—"),
        ("0017", "0017"),
        ("a=b", "a=b"),
        ("'x", "'x"),
        ("420200199001011234", "420200199001011234"),
        ("-5\n", "'-5\n"),
    ],
)
def test_formula_is_guarded_and_a_number_is_not(make_store, tmp_path, cell, printed):
    columns = [Column(0, "a", "甲"), Column(1, "b", "乙")]
    write_csv(make_store(columns, [[cell, "x"]]), columns, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["甲", "乙"], [printed, "x"]]


def test_header_that_is_a_formula_is_guarded(make_store, tmp_path):
    columns = [Column(0, "a", "=1+1"), Column(1, "b", "乙")]
    write_csv(make_store(columns, [["1", "2"]]), columns, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()[0] == "'=1+1,乙"


def test_digests_are_those_of_the_download_and_of_the_bare_content(make_store, tmp_path):
    columns = [Column(0, "a", "甲"), Column(1, "b", "乙")]
    store = make_store(columns, [["=1", "2"]])
    digests = digest_csv(store, columns, tmp_path / "scratch.csv")
    written = write_csv(store, columns, tmp_path / "out.csv")
    assert (digests.csv_sha256, digests.csv_byte_size) == (written.sha256, written.byte_size)
    assert digests.content_sha256 == hashlib.sha256("甲,乙\r\n=1,2\r\n".encode()).hexdigest()


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(ANY_TEXT.filter(bool), min_size=2, max_size=4, unique=True),
    data=st.data(),
)
def test_any_header_and_any_cell_come_back_from_the_csv(make_store, tmp_path: Path, names, data):
    columns = [Column(index, f"k{index}", name) for index, name in enumerate(names)]
    rows = data.draw(st.lists(st.lists(ANY_TEXT, min_size=len(names), max_size=len(names)), max_size=4))
    target = tmp_path / f"{uuid.uuid4().hex}.csv"
    write_csv(make_store(columns, rows), columns, target)
    read = list(csv.reader(io.StringIO(target.read_bytes().decode().removeprefix("\ufeff"), newline="")))
    assert read == [[guard_cell(name) for name in names], *([guard_cell(text) for text in row] for row in rows)]


@settings(max_examples=120, deadline=None)
@given(text=st.text(st.sampled_from(list("=+-@＝＋－＠ '\";\t\r\n\0　.,5e%—aＡ字")), max_size=6))
def test_guard_means_the_same_in_python_and_in_sql(text):
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {guarded_sql('c')} FROM (SELECT CAST(? AS VARCHAR) AS c)", [text]).fetchone()
    assert row == (guard_cell(text),)
