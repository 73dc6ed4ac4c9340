"""The engine from Python: tables, groups, exports, frames, differences, and readings that are kept."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from datasets import workbench
from datasets.errors import Invalid, NotFound
from datasets.table_cache import TableCache, key_of_file
from datasets.workbench import ReadOptions, Workbench

STOPS = """编号,街道,开通日期,客流,有亭
0001,胜阳港街道,2024-01-15,120,是
0002,胜阳港街道,2024-03-02,80,否
0003,黄石港街道,2024-03-20,,是
"""


@pytest.fixture
def stops(tmp_path: Path) -> Path:
    path = tmp_path / "stops.csv"
    path.write_bytes(STOPS.encode("gb18030"))
    return path


def test_a_table_answers_questions_groups_and_profiles(stops: Path) -> None:
    with workbench.read(stops) as table:
        assert (table.reading.encoding, table.row_count) == ("gb18030", 3)
        page = table.rows("街道=胜阳港街道&_sort=-客流", limit=1)
        assert (page.rows, page.total) == ([["0001", "胜阳港街道", "2024-01-15", 120, "是"]], 2)
        assert table.rows([("编号", "0003")], as_text=True).rows == [["0003", "黄石港街道", "2024-03-20", None, "是"]]
        assert table.rows({"客流__ge": "100"}).numbers == [1]
        assert table.rows("?%E7%BC%96%E5%8F%B7=0002").numbers == [2]
        groups = table.group("街道", measures=["count", "sum:客流"], sort="街道")
        assert groups.rows == [["胜阳港街道", 2, 200], ["黄石港街道", 1, None]]
        assert table.group(["街道", "开通日期:month"], asked={"客流__notblank": "1"}, limit=1).total == 2
        assert table.profile["客流"]["greatest"] == 120
        assert (table.profile["客流"]["count"], table.profile["客流"]["blank_count"]) == (2, 1)


def test_wrong_questions_name_what_is_known(stops: Path) -> None:
    with workbench.read(stops) as table:
        with pytest.raises(Invalid) as caught:
            table.rows("没有=1&客流__ge=多")
        assert [(one.where, one.code) for one in caught.value.problems] == [
            ("没有", "unknown_column"),
            ("客流__ge", "value_not_integer"),
        ]
        assert "街道" in caught.value.problems[0].params["known"]
        with pytest.raises(Invalid) as caught:
            table.rows("&".join(["客流=1"] * 1000))
        assert caught.value.code == "too_many_conditions"


def test_all_rows_come_page_by_page(tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("n,parity\n" + "".join(f"{n},{n % 2}\n" for n in range(1, 20_011)))
    with workbench.read(path) as table:
        assert sum(row[0] for row in table.iter_rows()) == 20_010 * 20_011 // 2
        assert [row[0] for row in table.iter_rows("_sort=-n&_limit=2&_columns=n")] == [20_010, 20_009]
        assert list(table.iter_rows("_limit=2&_offset=20009&_columns=n")) == [[20_010]]
        assert sum(count for _, count in table.iter_rows("_group=n")) == 20_010
        assert list(table.iter_rows("n=0")) == []


def test_a_frame_has_types_with_room_for_blanks(stops: Path) -> None:
    with workbench.read(stops) as table:
        frame = table.to_pandas()
        assert [str(dtype) for dtype in frame.dtypes] == ["str", "str", "datetime64[s]", "Int64", "str"]
        assert list(frame["编号"]) == ["0001", "0002", "0003"]
        assert frame["客流"].isna().tolist() == [False, False, True]
        assert frame["客流"].sum() == 200
        as_text = table.to_pandas("_sort=-编号&_columns=客流,开通日期", as_text=True)
        assert [str(dtype) for dtype in as_text.dtypes] == ["str", "str"]
        assert list(as_text["开通日期"]) == ["2024-03-20", "2024-03-02", "2024-01-15"]
        assert as_text["客流"].isna().tolist() == [True, False, False]
        assert len(table.to_pandas({"编号": "9"})) == 0


def test_a_file_is_written_whole_or_not_at_all(stops: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with workbench.read(stops) as table:
        written = table.export(target, asked="街道=黄石港街道&_columns=编号,客流")
        assert (written.row_count, written.byte_size) == (1, target.stat().st_size)
        assert target.read_text("utf-8-sig").splitlines() == ["编号,客流", "0003,"]
        table.export(target, "csv", {"_group": "街道"}, encoding="gb18030")
        assert list(csv.reader(target.read_text("gb18030").splitlines()))[1] == ["胜阳港街道", "2"]
        before = target.read_bytes()
        for name, format_key, error, code in (
            ("out.csv", "pdf", Invalid, "unknown_format"),
            ("out.nothing", None, Invalid, "unknown_format"),
            ("out.geojson", None, NotFound, "format_needs_places"),
        ):
            with pytest.raises(error) as caught:
                table.export(tmp_path / name, format_key)
            assert caught.value.code == code
        with pytest.raises(Invalid, match="encoding_not_for_format"):
            table.export(tmp_path / "out.json", encoding="gb18030")
        assert target.read_bytes() == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "stops.csv"]


def test_two_files_are_compared_and_the_difference_is_a_table(stops: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.csv"
    newer.write_text(STOPS.replace("80", "81").replace("0003,", "0004,"))
    with workbench.diff(stops, newer) as changes:
        counts = changes.difference
        assert (counts.key, counts.added, counts.removed, counts.changed) == (["编号"], 1, 1, 1)
        assert counts.changed_cells == {"客流": 1}
        assert changes.row_count == 4
        assert [row[0] for row in changes.rows("编号=0002").rows] == ["修改前", "修改后"]
        assert changes.export(tmp_path / "changes.csv").row_count == 4
    with workbench.diff(stops, newer, key=()) as changes:
        assert (changes.difference.added, changes.difference.removed, changes.difference.changed) == (2, 2, 0)
    with pytest.raises(Invalid, match="key_is_not_unique"):
        workbench.diff(stops, newer, key="街道")


def test_what_is_set_by_hand_is_read_so(stops: Path) -> None:
    with workbench.read(stops, options=ReadOptions(has_header=False)) as table:
        assert [column.name for column in table.columns][:2] == ["列1", "列2"]
    with pytest.raises(Invalid, match="encoding_does_not_fit"):
        workbench.read(stops, options=ReadOptions(encoding="utf-8"))
    with pytest.raises(FileNotFoundError):
        workbench.read(stops.with_name("missing.csv"))


def test_progress_is_told_in_order(stops: Path) -> None:
    steps: list[str] = []
    workbench.read(stops, on_progress=lambda step: steps.append(step["stage"])).close()
    assert list(dict.fromkeys(steps))[-3:] == ["masking", "storing", "digesting"]


def test_a_kept_reading_is_not_made_again(stops: Path, tmp_path: Path) -> None:
    kept, steps, told = tmp_path / "kept", [], []
    for _ in range(2):
        with workbench.read(stops, folder=kept, on_progress=steps.append) as table:
            assert table.rows("编号=0002").numbers == [2]
            assert table.store.is_relative_to(kept)
        told.append(len(steps))
    assert told[0] == told[1] > 0
    assert kept.stat().st_mode & 0o077 == 0
    with workbench.read(stops, folder=kept, options=ReadOptions(has_header=False), on_progress=steps.append) as table:
        assert table.row_count == 4
    assert len(steps) > told[1]


def test_without_a_folder_nothing_stays(stops: Path) -> None:
    table = workbench.read(stops)
    assert table.store.is_file()
    table.close()
    assert not table.store.exists()


def test_a_damaged_row_store_is_made_again(stops: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with workbench.read(stops, folder=kept) as table:
        store = table.store
    store.write_bytes(b"\0" * 5000)
    with Workbench(kept) as bench:
        with pytest.raises(Exception, match="row_store_is_broken"):
            bench.read(stops).rows("编号=0002")
        assert bench.read(stops).rows("编号=0002").numbers == [2]


def test_the_tables_asked_longest_ago_give_way(tmp_path: Path) -> None:
    files = []
    for number in range(3):
        path = tmp_path / f"{number}.csv"
        path.write_text(f"编号,值\n{number},1\n")
        files.append(path)
    with Workbench(tmp_path / "kept") as bench:
        first, second = (bench.read(path).store for path in files[:2])
    size = sum(path.stat().st_size for path in first.parent.glob(f"{first.stem}.*"))
    os.utime(first, (2e9, 2e9))
    with Workbench(tmp_path / "kept", budget_bytes=int(2.5 * size)) as bench:
        third = bench.read(files[2]).store
        assert (first.exists(), second.exists(), third.exists()) == (True, False, True)
        assert not list(second.parent.glob(f"{second.stem}.*"))


def test_half_a_kept_reading_is_none(stops: Path, tmp_path: Path) -> None:
    cache = TableCache(tmp_path / "kept")
    key = key_of_file(stops, ReadOptions(), ())
    with Workbench(tmp_path / "kept") as bench:
        bench.read(stops)
    assert cache.find(key) is not None
    cache.store_of(key).with_suffix(".json").write_text("{")
    assert cache.find(key) is None
    assert key_of_file(stops, ReadOptions(sheet="x"), ()) != key
