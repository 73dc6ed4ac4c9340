"""Every format gives back what was stored: whatever a cell holds, in narrow tables and in wide ones."""

from __future__ import annotations

import csv
import datetime as dt
import json
import uuid
import zipfile
from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import defusedxml.ElementTree as ElementTree
import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from datasets.columns import Column
from datasets.formats import FORMATS, formats_for, lines
from datasets.formats.guard import guard_cell
from datasets.formats.places import find_places
from datasets.rows import ALL_ROWS, Selection

Table = list[list[str | None]]

HOSTILE = [
    "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-1", "00017", "1e5", "420200199001011234", "a,b", '他说"好"', "一\n二",
    "一\r\n二", "\t前", " 后 ", "]]>", "<b>&amp;</b>", "\x01\x0b\x1f", "\ufffe", "𠮷野家", "😀", "\u3400\U00020000",
    "_x000D_", "{}", "null", "https://x.y", "长" * 5000, "\\", "'", "\u2028",
]  # fmt: skip
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)
CELL = st.one_of(st.none(), ANY_TEXT, st.sampled_from(HOSTILE))
ROWS = st.lists(st.tuples(CELL, CELL), min_size=1, max_size=4)


def read_csv(path: Path, encoding: str) -> Table:
    """The rows of a CSV without the apostrophes before formulas; blank cells as None."""
    with path.open(encoding=encoding, newline="") as file:
        return [[cell or None for cell in row] for row in list(csv.reader(file))[1:]]


def read_xml(path: Path) -> Table:
    """The cells of each row by place."""
    cells = [[(cell.text or "", cell.get("encoding")) for cell in row] for row in ElementTree.parse(path).getroot()]
    return [[(b64decode(text).decode() if packed else text) or None for text, packed in row] for row in cells]


def read_sheet(path: Path) -> Table:
    """The cells of the sheet by its XML: inline strings only, with the codes of ECMA-376 22.9.2.19 turned back."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    root = ElementTree.fromstring(zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml"))
    table: Table = []
    for row in root.find(f"{space}sheetData")[1:]:
        cells: list[str | None] = [None, None]
        for cell in row:
            assert cell.get("t") == "inlineStr"
            text = cell.find(f"{space}is/{space}t").text
            cells["AB".index(cell.get("r")[0])] = openpyxl.utils.escape.unescape(text)
        table.append(cells)
    return table


def guarded(rows: Table) -> Table:
    """What a CSV holds of these rows."""
    return [[guard_cell(cell) if cell else None for cell in row] for row in rows]


def read_json(text: str) -> Table:
    """Rows of a JSON array."""
    return [list(row.values()) for row in json.loads(text)]


READERS: dict[str, Callable[[Path], Table]] = {
    "json": lambda path: read_json(path.read_text("utf-8")),
    "jsonl": lambda path: [list(json.loads(line).values()) for line in path.read_bytes().split(b"\n")[:-1]],
    "xml": read_xml,
    "parquet": lambda path: [list(row) for row in duckdb.read_parquet(str(path)).fetchall()],
}
COLUMNS = [Column(0, "a", "甲"), Column(1, "b", "乙")]


@pytest.fixture(params=["narrow", "wide"])
def any_width(request, monkeypatch) -> str:
    """Both ways in which rows become lines: in SQL, and the loop for wide tables."""
    if request.param == "wide":
        monkeypatch.setattr(lines, "WIDE", 0)
    return request.param


def property_test(function):
    """Given rows of hostile text, and each hostile text by itself once."""
    pairs = [(text, None) for text in HOSTILE]
    decorated = example(rows=pairs)(given(rows=ROWS)(function))
    fixtures = [HealthCheck.function_scoped_fixture]
    return settings(max_examples=10, deadline=None, suppress_health_check=fixtures)(decorated)


@pytest.mark.parametrize("key", READERS)
@property_test
def test_any_text_survives(make_store, tmp_path, any_width, key, rows):
    target = tmp_path / uuid.uuid4().hex
    count = FORMATS[key].write_rows(make_store(COLUMNS, rows), COLUMNS, target, rows=ALL_ROWS)
    assert count == len(rows)
    assert READERS[key](target) == [list(row) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
@property_test
def test_any_text_survives_csv_in_every_encoding(make_store, tmp_path, encoding, rows):
    target = tmp_path / uuid.uuid4().hex
    store = make_store(COLUMNS, rows)
    assert FORMATS["csv"].write_rows(store, COLUMNS, target, rows=ALL_ROWS, encoding=encoding) == len(rows)
    assert read_csv(target, encoding) == guarded([list(row) for row in rows])


@property_test
def test_any_text_is_a_string_cell_of_a_workbook(make_store, tmp_path, any_width, rows):
    target = tmp_path / uuid.uuid4().hex
    FORMATS["xlsx"].write_rows(make_store(COLUMNS, rows), COLUMNS, target, rows=ALL_ROWS)
    sheet = zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet
    assert read_sheet(target) == [list(row) for row in rows]


TYPED = [
    Column(0, "n", "数", "integer"), Column(1, "d", "小数", "decimal"), Column(2, "o", "开放", "boolean"),
    Column(3, "t", "日期", "date"), Column(4, "at", "时间", "datetime"), Column(5, "x", "文"),
]  # fmt: skip
TYPED_ROWS = [
    [-5, Decimal("1.50"), True, dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 8, 30), "甲"],
    [10**15, Decimal("0.00"), False, dt.date(1900, 2, 28), dt.datetime(1900, 2, 28, 1, 2, 3), None],
    [None, None, None, None, None, None],
    [10**15 - 1, Decimal("-0.01"), None, dt.date(1900, 3, 1), dt.datetime(9999, 12, 31, 23, 59, 59), "1"],
]  # fmt: skip


@pytest.mark.parametrize("key", ["json", "jsonl", "xml", "xlsx"])
def test_wide_tables_get_the_same_bytes(make_store, tmp_path, monkeypatch, key):
    store = make_store(TYPED, TYPED_ROWS)
    FORMATS[key].write_rows(store, TYPED, tmp_path / "narrow", rows=ALL_ROWS)
    monkeypatch.setattr(lines, "WIDE", 0)
    FORMATS[key].write_rows(store, TYPED, tmp_path / "wide", rows=ALL_ROWS)
    assert (tmp_path / "wide").read_bytes() == (tmp_path / "narrow").read_bytes()


def test_workbook_has_numbers_and_days_where_excel_can_hold_them(make_store, tmp_path):
    FORMATS["xlsx"].write_rows(make_store(TYPED, TYPED_ROWS), TYPED, tmp_path / "t.xlsx", rows=ALL_ROWS)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [-5, 1.5, True, dt.datetime(2024, 2, 29), dt.datetime(2024, 2, 29, 8, 30), "甲"],
        ["1000000000000000", 0, False, "1900-02-28", "1900-02-28 01:02:03", None],
        [None] * 6,
        [999999999999999, -0.01, None, dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31, 23, 59, 59), "1"],
    ]
    formats = [sheet.cell(2, place).number_format for place in range(1, 7)]
    assert formats == ["General", "0.00", "General", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "General"]
    assert (sheet.freeze_panes, sheet["A1"].font.bold) == ("A2", True)


def test_order_and_limit_hold_in_a_workbook(make_store, tmp_path):
    rows = Selection(where="c0 IS NOT NULL", order="c0 DESC", limit=2)
    assert FORMATS["xlsx"].write_rows(make_store(TYPED, TYPED_ROWS), TYPED, tmp_path / "t.xlsx", rows=rows) == 2
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    assert [cell.value for cell in sheet["A"]] == ["数", "1000000000000000", 999999999999999]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("长" * 32_767, "长" * 32_767), ("长" * 40_000, "长" * 32_766 + "…"), ("😀" * 16_383, "😀" * 16_383),
     ("字" * 32_766 + "😀", "字" * 32_765 + "…")],
)  # fmt: skip
def test_cell_is_cut_where_excel_would_refuse_it(make_store, tmp_path, any_width, text, kept):
    """Excel counts UTF-16 units: an emoji is two."""
    columns = [Column(0, "t", "文")]
    FORMATS["xlsx"].write_rows(make_store(columns, [[text]]), columns, tmp_path / "t.xlsx", rows=ALL_ROWS)
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]["A2"].value == kept


def test_equal_rows_give_an_equal_workbook(make_store, tmp_path):
    for name in ("one", "two"):
        FORMATS["xlsx"].write_rows(make_store(TYPED, TYPED_ROWS), TYPED, tmp_path / name, rows=ALL_ROWS)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".duckdb") == ["one", "two"]


def test_xml_names_its_elements_by_keys_and_tells_the_true_ones(make_store, tmp_path):
    columns = [Column(0, "名称", "名称"), Column(1, '2024 "年"<', "年"), Column(2, "a:b", "c"), Column(3, "a_b", "d")]
    FORMATS["xml"].write_rows(make_store(columns, [["甲", "1", None, "2"]]), columns, tmp_path / "x", rows=ALL_ROWS)
    (row,) = ElementTree.parse(tmp_path / "x").getroot()
    assert [(cell.tag, cell.get("key"), cell.text) for cell in row] == [
        ("名称", None, "甲"), ("_2024__年__", '2024 "年"<', "1"), ("a_b_2", "a:b", None), ("a_b", None, "2"),
    ]  # fmt: skip


def test_parquet_keeps_types_and_published_names(make_store, tmp_path):
    hostile = 'a"; DROP TABLE data; --'
    columns = [*TYPED[:5], Column(5, "x", hostile)]
    FORMATS["parquet"].write_rows(make_store(columns, TYPED_ROWS), columns, tmp_path / "p", rows=ALL_ROWS)
    table = duckdb.read_parquet(str(tmp_path / "p"))
    assert table.columns == ["数", "小数", "开放", "日期", "时间", hostile]
    assert [str(kind) for kind in table.types] == [
        "BIGINT", "DECIMAL(18,2)", "BOOLEAN", "DATE", "TIMESTAMP", "VARCHAR",
    ]  # fmt: skip
    assert [list(row) for row in table.fetchall()] == TYPED_ROWS
    codecs = duckdb.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{tmp_path / 'p'}')").fetchall()
    assert codecs == [("ZSTD",)]


RECOGNISED = [
    Column(0, "x", "甲", "decimal", recognised="longitude"), Column(1, "y", "乙", "decimal", recognised="latitude"),
]  # fmt: skip
PLACES = [Column(0, "name", "名称"), Column(1, "x", "经度", "decimal"), Column(2, "y", "纬度", "text", "decimal")]


def test_points_are_features_with_numbers(make_store, tmp_path, any_width):
    rows = [
        ["亭", Decimal("115.06"), "30.20"],
        ["错", Decimal("215.06"), "30.20"],
        ["缺", None, "30"],
        ["零", 115, "030"],
    ]
    FORMATS["geojson"].write_rows(make_store(PLACES, rows), PLACES, tmp_path / "g", rows=ALL_ROWS)
    found = json.loads((tmp_path / "g").read_text("utf-8"))
    assert found["type"] == "FeatureCollection"
    assert found["features"][0] == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [115.06, 30.2]},
        "properties": {"name": "亭", "x": 115.06, "y": "30.20"},
    }
    assert [feature["geometry"] for feature in found["features"][1:]] == [None, None, None]


def test_geometries_are_features_without_themselves_as_property(make_store, tmp_path, any_width):
    columns = [Column(0, "name", "名称"), Column(1, "geometry", "geometry")]
    line = '{"type":"LineString","coordinates":[[115.0,30.0],[115.1,30.1]]}'
    rows = [["路", line], ["错", '{"type":"Circle"}'], ["坏", "{"], ["缺", None]]
    FORMATS["geojson"].write_rows(make_store(columns, rows), columns, tmp_path / "g", rows=ALL_ROWS)
    features = json.loads((tmp_path / "g").read_text("utf-8"))["features"]
    assert [feature["geometry"] for feature in features] == [json.loads(line), None, None, None]
    assert [feature["properties"] for feature in features] == [{"name": row[0]} for row in rows]


@pytest.mark.parametrize(
    ("columns", "is_offered"),
    [
        (PLACES, True),
        (PLACES[:2], False),
        (RECOGNISED, True),
        ([Column(0, "lon", "lon"), Column(1, "lat", "lat")], False),
        ([Column(0, "lon", "Lon", "decimal"), Column(1, "lat", "lat", "decimal")], True),
        ([Column(0, "p", "platitude", "decimal"), Column(1, "c", "colony", "decimal")], False),
        ([Column(0, "g", "geometry")], True),
    ],
)  # fmt: skip
def test_map_format_is_offered_where_columns_say_where(columns, is_offered):
    assert (find_places(columns) is not None) is is_offered
    assert ("geojson" in [one.key for one in formats_for(columns)]) is is_offered


def test_csv_without_bom_begins_with_its_header(make_store, tmp_path):
    store = make_store(COLUMNS, [["一", "𠮷"]])
    FORMATS["csv"].write_rows(store, COLUMNS, tmp_path / "u", rows=ALL_ROWS, encoding="utf-8")
    assert (tmp_path / "u").read_bytes() == "甲,乙\r\n一,𠮷\r\n".encode()
    FORMATS["csv"].write_rows(store, COLUMNS, tmp_path / "g", rows=ALL_ROWS, encoding="gb18030")
    # U+20BB7 lies 2,999 behind U+20000, which is 95 32 82 36: GB 18030 counts 10 by 126 by 10 by its last bytes.
    assert (tmp_path / "g").read_bytes() == b"\xbc\xd7,\xd2\xd2\r\n\xd2\xbb,\x95\x34\xb2\x35\r\n"
