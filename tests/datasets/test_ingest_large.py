"""Large files: what a reading leaves behind, what it tells meanwhile, what it may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import Invalid
from datasets.ingest import ticking
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reader import limits_for, read_file
from datasets.ingest.text_file import FAST_BYTES
from datasets.ingest.ticking import Ticker
from datasets.query.engine import RowReader
from datasets.query.parse import parse
from datasets.rowfile import RowFile, row_file_of
from datasets.rows import open_rows
from tests.datasets.ingesting import read_here

ROWS = 120_000


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    """A regular file of 6 MB, above the size from which DuckDB's own reader is used, with odd cells at known places."""
    path = tmp_path_factory.mktemp("large") / "large.csv"
    lines = [
        f"{number:06d},{number},第{number}行的一些文字说明,2024-02-{number % 29 + 1:02d}" for number in range(ROWS)
    ]
    lines[7] = '000007,7,"两\r\n行，""引号""",2024-02-08'
    lines[8] = "000008,8, 　,2024-02-09"
    lines[9] = '000009,9,"",2024-02-10'
    path.write_bytes(("编号,数量,说明,日期\r\n" + "\r\n".join(lines) + "\r\n").encode())
    return path


def test_store_and_row_file_stand_together_and_say_the_same(large, tmp_path):
    store = tmp_path / "large.duckdb"
    told: list[dict[str, object]] = []
    reading = read_file(large, file_name="large.csv", row_store=store, on_progress=told.append)
    assert reading.row_count == ROWS
    assert [column.type for column in reading.columns] == ["text", "integer", "text", "date"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["large.duckdb", "large.rows"]
    file = RowFile(row_file_of(store))
    assert (file.row_count, file.columns) == (ROWS, 4)
    assert file.cells([8, 9, 10, ROWS], [2, 0]) == [
        ['两\r\n行，"引号"', "000007"],
        [None, "000008"],
        [None, "000009"],
        [f"第{ROWS - 1}行的一些文字说明", f"{ROWS - 1:06d}"],
    ]
    file.close()
    with open_rows(store) as connection:
        reader = RowReader(connection, reading.columns)
        page = reader.page(parse([("_offset", "6"), ("_limit", "4")], reading.columns))
        assert reader.row_file is not None
        reader.row_file = None
        assert reader.page(parse([("_offset", "6"), ("_limit", "4")], reading.columns)) == page
    stages = list(dict.fromkeys(step["stage"] for step in told))
    assert stages[-2:] == ["storing", "digesting"]
    assert all(step.get("rows") for step in told if step["stage"] == "digesting")


@pytest.mark.parametrize(
    ("at", "blank", "row"),
    [(0, "", ROWS // 2), (60_000, "\n", ROWS // 2 + 1), (60_000, "\r\n\n", ROWS // 2 + 2)],
)
def test_row_numbers_of_a_large_file_count_blank_lines(tmp_path, at, blank, row):
    """The header is row 1, so that record n stands in row n + 1, and below a blank line in row n + 2."""
    lines = [f"{number:06d},第{number}行的一些文字说明文字说明\n" for number in range(1, ROWS + 1)]
    lines[ROWS // 2 - 2] = "合计,文字\n"
    lines[at - 10] = blank + lines[at - 10] if blank else lines[at - 10]
    path = tmp_path / "blank.csv"
    path.write_text("编号,说明\n" + "".join(lines), encoding="utf-8")
    reading = read_here(path)
    assert reading.row_count == ROWS
    [total] = [warning for warning in reading.warnings if warning["code"] == "total_row_in_data"]
    assert total["params"]["rows"] == [row]


def test_a_bom_between_joined_files_belongs_to_no_cell(tmp_path):
    line = "花湖街道,一些文字说明一些文字说明一些文字说明\n"
    count = FAST_BYTES // len(line.encode()) + 1
    path = tmp_path / "joined.csv"
    path.write_text("街道,说明\n" + line * count + "\ufeff街道,说明\n" + line, encoding="utf-8")
    reading = read_here(path)
    assert reading.row_count == count + 1
    assert [warning["params"]["rows"] for warning in reading.warnings] == [[count + 2]]


def test_a_refused_file_leaves_nothing_behind(tmp_path):
    path = tmp_path / "in" / "bad.csv"
    path.parent.mkdir()
    path.write_bytes(b"a,b\n1,\x002\n")
    with pytest.raises(Invalid):
        read_file(path, file_name="bad.csv", row_store=tmp_path / "out" / "bad.duckdb")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(("megabytes", "seconds"), [(0, 60), (16, 60), (17, 63), (100, 60 + 84 * 3), (1500, 1800)])
def test_a_large_file_may_take_longer_and_no_more_memory(tmp_path, megabytes, seconds):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(megabytes << 20)
    limits = limits_for(path)
    assert (limits.cpu_seconds, limits.wall_seconds, limits.memory_bytes) == (seconds, seconds, 1 << 30)


class Halfway(RawTable):
    """A table whose statement is at the shares given, one for each time it is asked."""

    def __init__(self, *shares: float | None) -> None:
        super().__init__(Path())
        self.shares = list(shares)

    def share(self) -> float | None:
        return self.shares.pop(0) if self.shares else None


def test_a_share_is_told_and_never_falls_within_a_stage(monkeypatch):
    monkeypatch.setattr(ticking, "SECONDS", 0.01)
    table, told = Halfway(None, 0.25, 0.1, 0.5), []
    with Ticker(table, told.append) as tell:
        tell({"stage": "typing", "rows": 9})
        while table.shares:
            ticking.time.sleep(0.01)
    assert told == [
        {"stage": "typing", "rows": 9},
        {"stage": "typing", "rows": 9, "share": 0.25},
        {"stage": "typing", "rows": 9, "share": 0.5},
    ]


def test_many_steps_of_one_stage_are_not_all_passed_on():
    told: list[dict[str, object]] = []
    tell = Ticker(Halfway(), told.append)
    for rows in range(1000):
        tell({"stage": "reading", "rows": rows})
    tell({"stage": "typing"})
    assert told[0] == {"stage": "reading", "rows": 0}
    assert told[-1] == {"stage": "typing", "rows": 999}
    assert len(told) < 10
