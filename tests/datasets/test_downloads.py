"""Downloads: finished files, made once, equal in every format, true to what intake recorded."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import os
import threading
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import defusedxml.ElementTree
import duckdb
import openpyxl
import pytest

from datasets.columns import Column
from datasets.downloads import Downloads
from datasets.errors import Busy, Invalid, NotFound, TooLarge
from datasets.export_plans import plan_export
from datasets.formats import FORMATS, formats_for
from datasets.formats.csv_writer import digest_csv
from datasets.query.parse import parse
from datasets.query.pool import QueryPool
from datasets.storage import files
from datasets.storage.row_stores import RowStores
from datasets.versions import VersionFacts

COLUMNS = [
    Column(0, "code", "编码"),
    Column(1, "name", "名称"),
    Column(2, "beds", "床位", "integer"),
    Column(3, "area", "面积", "decimal"),
    Column(4, "open", "开放", "boolean"),
    Column(5, "day", "日期", "date"),
    Column(6, "at", "时间", "datetime"),
]
ROWS = [
    ["0017", "黄石港,区", 12, Decimal("1.50"), True, dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 8, 30)],
    ["420200199001011234", "=1+1", -5, Decimal("0.00"), False, dt.date(1899, 5, 1), dt.datetime(1899, 5, 1)],
    [None, '他说"好"\n了', None, None, None, None, None],
]


@pytest.fixture(scope="module")
def pool() -> Iterator[QueryPool]:
    pool = QueryPool()
    yield pool
    pool.close()


@pytest.fixture
def stores(tmp_path: Path) -> RowStores:
    return RowStores(tmp_path / "row_stores")


@pytest.fixture
def downloads(tmp_path: Path, pool: QueryPool, stores: RowStores) -> Downloads:
    return Downloads(tmp_path / "downloads", pool, stores)


@pytest.fixture
def version(make_store, stores: RowStores, tmp_path: Path) -> VersionFacts:
    """A published version with the three rows above."""
    return make_version(make_store(COLUMNS, ROWS), COLUMNS, len(ROWS), stores, tmp_path)


def make_version(store: Path, columns, row_count: int, stores: RowStores, tmp_path: Path) -> VersionFacts:
    key = uuid.uuid4().hex
    store.replace(stores.path_of(key))
    digests = digest_csv(stores.get(key), columns, tmp_path / f"{key}.csv")
    return VersionFacts(
        id=uuid.uuid4(), resource_id=uuid.uuid4(), number=1, state="published", blob_sha256="0" * 64,
        file_name="x.csv", file_format="csv", byte_size=1, columns=[column.as_dict() for column in columns],
        row_count=row_count, row_store=key, content_sha256=digests.content_sha256, csv_sha256=digests.csv_sha256,
        csv_byte_size=digests.csv_byte_size, created_at=dt.datetime.now(dt.UTC), published_at=None,
    )  # fmt: skip


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_whole_csv_is_the_file_whose_digest_intake_recorded(downloads, version):
    file = downloads.export(version, None, "csv")
    assert file.sha256 == version.csv_sha256 == hashlib.sha256(file.path.read_bytes()).hexdigest()
    assert file.byte_size == version.csv_byte_size == file.path.stat().st_size
    assert (file.row_count, file.media_type) == (3, "text/csv; charset=utf-8")


def test_csv_that_is_not_what_intake_recorded_is_not_served(downloads, version):
    with pytest.raises(Busy, match="export_differs"):
        downloads.export(replace(version, csv_sha256="0" * 64), None, "csv")
    assert not list(downloads.root.rglob("*.csv"))


def test_workbook_keeps_text_as_text_and_numbers_as_numbers(downloads, version):
    book = openpyxl.load_workbook(downloads.export(version, None, "xlsx").path)
    (sheet,) = book.worksheets
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [
        ["编码", "名称", "床位", "面积", "开放", "日期", "时间"],
        ["0017", "黄石港,区", 12, 1.5, True, dt.datetime(2024, 2, 29), dt.datetime(2024, 2, 29, 8, 30)],
        ["420200199001011234", "=1+1", -5, 0, False, "1899-05-01", "1899-05-01 00:00:00"],
        [None, '他说"好"\n了', None, None, None, None, None],
    ]
    assert sheet["B3"].data_type == "s"
    assert sheet["D2"].number_format == "0.00"


def test_json_is_an_array_of_objects_by_key(downloads, version):
    path = downloads.export(version, None, "json").path
    assert json.loads(path.read_bytes(), parse_float=str) == [
        {"code": "0017", "name": "黄石港,区", "beds": 12, "area": "1.50", "open": True, "day": "2024-02-29",
         "at": "2024-02-29 08:30:00"},
        {"code": "420200199001011234", "name": "=1+1", "beds": -5, "area": "0.00", "open": False,
         "day": "1899-05-01", "at": "1899-05-01 00:00:00"},
        {"code": None, "name": '他说"好"\n了', "beds": None, "area": None, "open": None, "day": None, "at": None},
    ]  # fmt: skip


def test_row_counts_agree_between_formats(downloads, version):
    query = parse([("beds__notblank", "1")], COLUMNS)
    assert {downloads.export(version, query, one.key).row_count for one in formats_for(COLUMNS)} == {2}


def test_export_without_rows_is_still_a_right_file(downloads, version):
    names = ["编码", "名称", "床位", "面积", "开放", "日期", "时间"]
    files = {
        one.key: downloads.export(version, parse([("beds", "99")], COLUMNS), one.key) for one in formats_for(COLUMNS)
    }
    assert {key: file.row_count for key, file in files.items()} == dict.fromkeys(files, 0)
    assert json.loads(files["json"].path.read_bytes()) == []
    assert files["jsonl"].path.read_bytes() == b""
    assert read_csv(files["csv"].path) == [names]
    assert openpyxl.load_workbook(files["xlsx"].path).worksheets[0].max_row == 1
    assert len(defusedxml.ElementTree.parse(files["xml"].path).getroot()) == 0
    assert duckdb.read_parquet(str(files["parquet"].path)).columns == names


def test_groups_can_be_taken_away_in_every_format(downloads, version):
    query = parse([("_group", "open"), ("_measure", "count"), ("_sort", "open")], COLUMNS)
    rows = json.loads(downloads.export(version, query, "json").path.read_bytes())
    assert rows == [{"open": False, "count": 1}, {"open": True, "count": 1}, {"open": None, "count": 1}]
    table = downloads.export(version, query, "parquet")
    assert duckdb.read_parquet(str(table.path)).fetchall() == [(False, 1), (True, 1), (None, 1)]
    sheet = openpyxl.load_workbook(downloads.export(version, query, "xlsx").path).worksheets[0]
    assert [cell.value for cell in sheet["B"]][1:] == [1, 1, 1]
    assert downloads.export(version, query, "csv").row_count == 3


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_csv_in_another_encoding_has_the_same_rows_in_a_file_of_its_own(downloads, version, encoding):
    file = downloads.export(version, None, "csv", encoding=encoding)
    assert file.media_type == f"text/csv; charset={encoding}"
    whole = downloads.export(version, None, "csv")
    assert file.path != whole.path
    assert file.path.read_bytes() == whole.path.read_bytes().decode("utf-8-sig").encode(encoding)


def test_encodings_are_told_and_belong_to_csv(downloads, version):
    with pytest.raises(Invalid) as caught:
        downloads.export(version, None, "csv", encoding="big5")
    assert caught.value.code == "csv_encoding_not_offered"
    assert caught.value.params == {"encoding": "big5", "known": ["utf-8-sig", "utf-8", "gb18030"]}
    with pytest.raises(Invalid, match="encoding_not_for_format"):
        downloads.export(version, None, "json", encoding="gb18030")


def test_map_format_is_not_offered_where_no_column_says_where(downloads, version):
    with pytest.raises(NotFound) as caught:
        downloads.export(version, None, "geojson")
    assert caught.value.code == "format_needs_places"
    assert "geojson" not in caught.value.params["known"]


def test_only_a_workbook_of_many_cells_is_large(downloads, version):
    wide = replace(version, row_count=28_572)  # 7 columns: 200,004 cells
    assert downloads.is_large(plan_export(wide, None, "xlsx"))
    assert not downloads.is_large(plan_export(replace(version, row_count=28_571), None, "xlsx"))
    assert not downloads.is_large(plan_export(wide, None, "csv"))
    few = parse([("beds__notblank", "1")], COLUMNS)
    assert not downloads.is_large(plan_export(wide, few, "xlsx"))
    assert not downloads.is_large(plan_export(wide, parse([("_columns", "beds")], COLUMNS), "xlsx"))


def test_room_is_asked_for_before_writing(downloads, version, monkeypatch):
    mean = version.csv_byte_size / 3
    free = files.RESERVE_BYTES + int(mean * 2.5 * 2.9)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    with pytest.raises(Busy, match="disk_full"):
        downloads.export(version, None, "json")
    assert downloads.export(version, parse([("beds__notblank", "1")], COLUMNS), "json").row_count == 2


def test_reason_of_a_failure_is_kept_for_a_while(downloads, version):
    plan = plan_export(version, None, "xlsx")
    assert downloads.find_failure(plan) is None
    downloads.note_failure(plan, TooLarge("question_takes_too_long", seconds=300.0))
    assert str(downloads.find_failure(plan)) == "question_takes_too_long {'seconds': 300.0}"
    for path in downloads.root.rglob("*.problem"):
        os.utime(path, (0, 0))
    assert downloads.find_failure(plan) is None
    assert downloads.sweep() == 1


def test_file_is_found_only_when_it_is_made(downloads, version):
    plan = plan_export(version, None, "xlsx")
    assert downloads.find(plan) is None
    assert downloads.make(plan) == downloads.find(plan)


def test_filtered_export_holds_the_asked_rows_and_columns(downloads, version):
    query = parse([("_columns", "beds,name"), ("_sort", "beds"), ("beds__le", "12")], COLUMNS)
    assert read_csv(downloads.export(version, query, "csv").path) == [
        ["床位", "名称"],
        ["-5", "'=1+1"],
        ["12", "黄石港,区"],
    ]


def test_limit_of_a_question_bounds_the_export_and_its_page_does_not(downloads, version):
    query = parse([("_limit", "1"), ("_offset", "2")], COLUMNS)
    assert downloads.export(version, query, "csv").row_count == 1
    assert downloads.export(version, query.at(offset=0), "csv").path == downloads.export(version, query, "csv").path


def test_second_asker_gets_the_same_file_without_work(downloads, version, monkeypatch):
    first = downloads.export(version, None, "csv")
    monkeypatch.setattr(downloads, "_pool", None)
    assert downloads.export(version, None, "csv") == first


def test_many_askers_at_once_have_the_file_made_once(downloads, version, pool, monkeypatch):
    made: list[str] = []
    export = pool.export

    def count(*args, **options):
        made.append(args[3])
        return export(*args, **options)

    monkeypatch.setattr(pool, "export", count)
    threads = [threading.Thread(target=downloads.export, args=(version, None, "json")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["json"]


def test_bundle_holds_csv_and_texts_and_is_the_same_each_time(downloads, version):
    texts = [("说明.txt", "来源：黄石港区\r\n"), ("数据字典.csv", "a,b\r\n")]
    file = downloads.bundle(version, texts, csv_name="社区_2024-01-01.csv")
    with zipfile.ZipFile(file.path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["说明.txt", "数据字典.csv", "社区_2024-01-01.csv"]
        assert archive.read("说明.txt").decode() == "来源：黄石港区\r\n"
        assert hashlib.sha256(archive.read("社区_2024-01-01.csv")).hexdigest() == version.csv_sha256
    file.path.unlink()
    assert downloads.bundle(version, texts, csv_name="社区_2024-01-01.csv").sha256 == file.sha256


def test_unknown_format_names_the_known_ones(downloads, version):
    with pytest.raises(Invalid) as caught:
        downloads.export(version, None, "csv; rm")
    assert caught.value.params == {"format": "csv; rm", "known": list(FORMATS)}


def test_rows_that_must_be_rebuilt_are_asked_for_again_later(downloads, version):
    with pytest.raises(Busy, match="row_store_is_broken"):
        downloads.export(replace(version, row_store="gone"), None, "csv")


def test_format_with_too_few_rows_refuses_before_writing(downloads, version, monkeypatch):
    from datasets.query import exporting

    small = replace(FORMATS["xlsx"], max_rows=2)
    monkeypatch.setitem(exporting.FORMATS, "xlsx", small)
    target = downloads.root / "x.xlsx"
    store = downloads._row_stores.get(version.row_store)
    with pytest.raises(TooLarge) as caught:
        exporting.write_export(store, COLUMNS, parse([], COLUMNS), "xlsx", target)
    assert caught.value.params == {"format": "xlsx", "limit": 2, "count": 3}
    downloads.root.mkdir(exist_ok=True)
    assert exporting.write_export(store, COLUMNS, parse([("_limit", "2")], COLUMNS), "xlsx", target)["row_count"] == 2


def test_failed_export_leaves_no_file(downloads, version, monkeypatch, pool):
    def fail(*args, **options):
        Path(args[4]).write_bytes(b"half")
        raise TooLarge("question_takes_too_long", seconds=1)

    monkeypatch.setattr(pool, "export", fail)
    with pytest.raises(TooLarge):
        downloads.export(version, None, "csv")
    assert [path for path in downloads.root.rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_cut_file_is_made_again(downloads, version):
    file = downloads.export(version, None, "csv")
    file.path.write_bytes(b"half")
    again = downloads.export(version, None, "csv")
    assert again.path.stat().st_size == version.csv_byte_size


def test_sweep_keeps_the_budget_and_what_was_used_last(downloads, version):
    old = downloads.export(version, None, "csv")
    new = downloads.export(version, None, "json")
    for path in downloads.root.rglob("*.csv*"):
        os.utime(path, (0, 0))
    downloads._budget_bytes = new.byte_size + 300
    assert downloads.sweep() >= 1
    assert not old.path.exists()
    assert new.path.exists()
    assert downloads.export(version, None, "csv").sha256 == version.csv_sha256
