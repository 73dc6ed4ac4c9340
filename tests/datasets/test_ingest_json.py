"""JSON, JSON lines and GeoJSON: what stands in the file stands in the table, sign by sign."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from datasets.errors import DomainError
from datasets.ingest.reading import Reading, ReadOptions
from tests.datasets.ingesting import read_here, stored_rows


def _read(
    tmp_path: Path, text: str, *, sheet: str | None = None, encoding: str = "utf-8"
) -> tuple[Reading, list[list[str | None]]]:
    path, store = tmp_path / "delivered.json", tmp_path / "rows.duckdb"
    path.write_bytes(text.encode(encoding))
    reading = read_here(path, ReadOptions(sheet=sheet), store=store)
    return reading, stored_rows(store, reading.columns)


def _names(reading: Reading) -> list[str]:
    return [column.name for column in reading.columns]


def _codes(reading: Reading) -> dict[str, Any]:
    return {warning["code"]: warning["params"] for warning in reading.warnings}


def test_numbers_stay_as_they_are_written(tmp_path: Path) -> None:
    text = '[{"金额": 1.50, "编号": 420202199001010011, "代码": 1e5}, {"金额": 2.00, "编号": 7, "代码": -0}]'
    reading, rows = _read(tmp_path, text)
    assert _names(reading) == ["金额", "编号", "代码"]
    assert rows == [["1.50", "420202199001010011", "1e5"], ["2.00", "7", "-0"]]
    assert [column.type for column in reading.columns][0::2] == ["decimal", "text"]


def test_nested_objects_are_columns_and_lists_are_text(tmp_path: Path) -> None:
    text = '[{"a": {"b": 1, "c": {"d": "x"}}, "l": [1.0, {"e": 2.50}, "好"]}, {"n": true, "a": null, "l": []}]'
    reading, rows = _read(tmp_path, text)
    assert _names(reading) == ["a.b", "a.c.d", "l", "n", "a"]
    assert rows == [["1", "x", '[1.0,{"e":2.50},"好"]', None, None], [None, None, None, "true", None]]


@pytest.mark.parametrize(
    ("text", "file_format", "names", "rows"),
    [
        ('{"a":1}\n{"a":2,"b":"x"}\n', "jsonl", ["a", "b"], [["1", None], ["2", "x"]]),
        ('{"a":1}{"a":2}', "jsonl", ["a"], [["1"], ["2"]]),
        ('[["编号","名称"],["01","东站"],["02","西站"]]', "json", ["编号", "名称"], [["01", "东站"], ["02", "西站"]]),
        ('{"x":{"日期":["2020-01-01","2020-01-02"],"值":[1,2]}}', "json", ["日期", "值"], None),
        ('{"4202":{"名":"黄石"},"4203":{"名":"十堰"}}', "json", ["key", "名"], [["4202", "黄石"], ["4203", "十堰"]]),
        ('{"a":1,"b":{"c":"x"}}', "json", ["a", "b.c"], [["1", "x"]]),
        ("[[1,2],[3,4]]", "json", ["列1", "列2"], [["1", "2"], ["3", "4"]]),
        (' [\n {"a": null},\n null, {"a": 1} ] ', "json", ["a"], [["1"]]),
    ],
)
def test_every_shape_of_records_is_a_table(
    tmp_path: Path, text: str, file_format: str, names: list[str], rows: list[list[str | None]] | None
) -> None:
    reading, found = _read(tmp_path, text)
    assert (reading.file_format, _names(reading)) == (file_format, names)
    assert rows is None or found == rows


ANSWER = '{"code":0,"fields":[{"n":"a"}],"data":{"list":[{"a":1},{"a":2}],"other":[{"z":9}],"total":2}}'


def test_longest_list_of_an_answer_is_read_and_another_can_be_chosen(tmp_path: Path) -> None:
    reading, rows = _read(tmp_path, ANSWER)
    assert (reading.sheet, rows) == ("data.list", [["1"], ["2"]])
    assert [(sheet["name"], sheet["rows"]) for sheet in reading.sheets] == [
        ("fields", 1),
        ("data.list", 2),
        ("data.other", 1),
    ]
    assert _codes(reading)["other_lists"] == {"sheet": "data.list", "others": ["fields", "data.other"]}
    (tmp_path / "rows.duckdb").unlink()
    chosen, rows = _read(tmp_path, ANSWER, sheet="data.other")
    assert (chosen.sheet, _names(chosen), rows) == ("data.other", ["z"], [["9"]])


def test_recipe_gives_the_same_rows_again(tmp_path: Path) -> None:
    reading, _ = _read(tmp_path, ANSWER)
    again = read_here(tmp_path / "delivered.json", recipe=reading.recipe, options=reading.recipe.options())
    assert again.content_sha256 == reading.content_sha256


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "gb18030"])
def test_every_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = '[{"名称":"黄石港区政务服务中心","地址":"湖北省黄石市黄石港区湖滨大道"}]'
    reading, rows = _read(tmp_path, text, encoding=encoding)
    assert rows == [["黄石港区政务服务中心", "湖北省黄石市黄石港区湖滨大道"]]
    assert _names(reading) == ["名称", "地址"]


def test_points_are_coordinates_and_other_shapes_are_text(tmp_path: Path) -> None:
    text = """{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4490"}},"features":[
    {"type":"Feature","id":7,"properties":{"名":"甲"},"geometry":{"type":"Point","coordinates":[115.0650,30.2100]}},
    {"type":"Feature","properties":{"名":"乙"},"geometry":{"type":"LineString","coordinates":[[115.0,30.10],[116,31]]}},
    {"type":"Feature","properties":null,"geometry":null}]}"""
    reading, rows = _read(tmp_path, text)
    assert (reading.file_format, _names(reading)) == ("geojson", ["id", "名", "经度", "纬度", "geometry"])
    assert rows[0] == ["7", "甲", "115.0650", "30.2100", None]
    assert rows[1] == [None, "乙", None, None, '{"type":"LineString","coordinates":[[115.0,30.10],[116,31]]}']
    assert _codes(reading)["coordinates_in"] == {"system": "EPSG:4490"}


def test_odd_values_are_read_and_told(tmp_path: Path) -> None:
    text = '[{"a":1,"a":2,"n":NaN,"i":-Infinity,"x":1e400,"s":"\\ud800x\\u0000y","e":"\\ud83d\\ude00"}]'
    reading, rows = _read(tmp_path, text)
    assert rows == [["2", None, "-Infinity", "1e400", "\ufffdxy", "😀"]]
    expected = {"names_repeated": {"count": 1}, "not_numbers": {"count": 2}, "replacement_characters": {"count": 1}}
    assert _codes(reading) == expected


def test_records_longer_than_a_piece_are_read_whole(tmp_path: Path) -> None:
    values = ["长" * 700_000, "2", "x" * 900_000]
    _, rows = _read(tmp_path, json.dumps([{"a": value} for value in values], ensure_ascii=False))
    assert [row[0] for row in rows] == values


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "json_is_too_deep"),
        ('{"a":' * 100_000, "json_is_too_deep"),
        ('[{"a":' + "[" * 900 + "]" * 900 + "}]", "json_is_too_deep"),
        ('[{"a":' + "7" * 5_000_000 + "}]", "cell_is_too_long"),
        ('[{"a":1},\n{"a":2,}]', "json_is_broken"),
        ('[{"a":1},\n{"a":2', "json_is_broken"),
        ('[{"a":1}] x', "json_is_broken"),
        ('{"a":[{"b":1}],}', "json_is_broken"),
        ('[{"a":"' + "x" * 90 + '\x00"}]', "text_contains_nul"),
        ("[]", "json_has_no_records"),
        ('{"data":[]}', "json_has_no_records"),
        ("[" + ",".join(f'{{"c{number}":1}}' for number in range(2100)) + "]", "too_many_columns"),
        ('[{"a":"' + "x" * 40_000_000, "record_is_too_large"),
    ],
)
def test_hostile_or_broken_json_is_refused_in_words(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        _read(tmp_path, text)
    assert caught.value.code == code
    if code == "json_is_broken" and "\n" in text:
        assert caught.value.params["line"] == 2


@pytest.mark.shared
def test_answer_of_an_api_is_read(shared_data: Path) -> None:
    reading = read_here(shared_data / "tables/cn_other/深圳通API响应_page1x100.json")
    assert (reading.sheet, reading.row_count, len(reading.columns)) == ("data", 100, 11)
    assert reading.preview[0][:3] == ["2018-08-31 22:14:50", "2018-09-01 00:00:00", "CBEHFCFCG"]
