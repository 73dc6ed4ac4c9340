"""The row file: every row comes back as it was written, a page costs little, and what is broken is told apart."""

from __future__ import annotations

import contextlib
import csv
import io
import random
import uuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.columns import Column
from datasets.formats.csv_writer import digest_csv
from datasets.query.engine import RowReader
from datasets.query.parse import parse
from datasets.rowfile import (
    HEADER,
    BrokenRowFile,
    RowFile,
    RowFileWriter,
    open_row_file,
    row_file_of,
    split_line,
    typed_rows,
)
from datasets.rows import open_rows
from tests.datasets.conftest import MakeStore, text_columns

CELL = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(',"\r\n'), max_size=8)


def as_lines(rows: list[list[str]]) -> bytes:
    """Canonical CSV lines, by Python's own writer: quotes where they are needed, CRLF; a blank single cell as ""."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def write(path: Path, content: bytes, columns: int, piece: int = 1 << 20) -> Path:
    with path.open("wb") as file:
        writer = RowFileWriter(file, columns)
        for start in range(0, len(content), piece):
            writer.feed(content[start : start + piece])
        writer.close()
    return path


def read_all(path: Path, columns: int) -> list[list[str | None]]:
    file = RowFile(path)
    found = file.cells(range(1, file.row_count + 1), range(columns))
    file.close()
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), width=st.integers(1, 4), piece=st.integers(1, 40))
def test_any_row_comes_back_however_the_stream_is_cut(tmp_path: Path, data, width, piece):
    rows = data.draw(st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=9))
    path = write(tmp_path / "some.rows", as_lines(rows), width, piece)
    assert read_all(path, width) == [[cell or None for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("", [""]),
        (",", ["", ""]),
        ("a,b", ["a", "b"]),
        ('""', [""]),
        ('"a,",b', ["a,", "b"]),
        ('a,"he said ""no""",', ["a", 'he said "no"', ""]),
        (',"x\r\ny",', ["", "x\r\ny", ""]),
        ('""""', ['"']),
        ('"a,"', ["a,"]),
    ],
)
def test_a_line_falls_into_its_fields(line, fields):
    assert split_line(line) == fields


def test_rows_from_many_blocks_in_any_order(tmp_path):
    rows = [[f"{number:07d}", f'第{number}行, "好"\n'] for number in range(1, 5001)]
    file = RowFile(write(tmp_path / "many.rows", as_lines(rows), 2, 7777))
    wanted = [random.Random(4).randint(1, 5000) for _ in range(300)]
    assert file.row_count == 5000
    assert file.cells(wanted, [1, 0]) == [list(reversed(rows[number - 1])) for number in wanted]
    file.close()


def test_blocks_of_long_rows_hold_few_of_them(tmp_path):
    rows = [["长" * 4000, str(number)] for number in range(100)]
    file = RowFile(write(tmp_path / "long.rows", as_lines(rows), 2))
    assert file.rows_per_block == 1, "12 kB a row, 16 kB a block"
    assert file.cells([100, 1], [1]) == [["99"], ["0"]]
    file.close()


def test_a_cell_longer_than_every_piece(tmp_path):
    rows = [["a" * 300_000 + '"\r\n,', "b"], ["c", "d"]]
    assert read_all(write(tmp_path / "huge.rows", as_lines(rows), 2, 50_000), 2) == rows


def test_a_stream_that_ends_within_a_row_makes_no_row_file(tmp_path):
    with pytest.raises(BrokenRowFile):
        write(tmp_path / "cut.rows", b'a,b\r\nc,"d', 2)
    with pytest.raises(BrokenRowFile):
        RowFile(tmp_path / "cut.rows")


def test_no_changed_byte_changes_a_row(tmp_path):
    """Nearly all are noticed; a few bits of a zstd frame carry nothing."""
    rows = [[str(number), f"第{number}行"] for number in range(130)]
    whole = write(tmp_path / "whole.rows", as_lines(rows), 2).read_bytes()
    broken = tmp_path / "broken.rows"
    unnoticed = 0
    for place in range(len(whole)):
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with contextlib.suppress(BrokenRowFile):
            assert read_all(broken, 2) == rows
            unnoticed += 1
    assert unnoticed < len(whole) / 50
    for length in (0, 10, HEADER.size, len(whole) // 2, len(whole) - 1):
        broken.write_bytes(whole[:length])
        with pytest.raises(BrokenRowFile):
            read_all(broken, 2)


def test_rows_that_are_not_there(tmp_path):
    file = RowFile(write(tmp_path / "some.rows", as_lines([["a"], ["b"]]), 1))
    for number in (3, 1000, 0):
        with pytest.raises(BrokenRowFile):
            file.lines([number])
    file.close()


def test_values_by_type():
    cells = [["007", "-12", "1.50", "true", "2024-02-29", None], ["", "0", "1e5", "false", "x", None]]
    types = ["text", "integer", "decimal", "boolean", "date", "integer"]
    assert typed_rows(cells, types) == [
        ["007", -12, 1.5, True, "2024-02-29", None],
        ["", 0, 100000.0, False, "x", None],
    ]


TYPED = [
    Column(0, "t", "文本"),
    Column(1, "i", "整数", "integer"),
    Column(2, "d", "小数", "decimal"),
    Column(3, "b", "是否", "boolean"),
    Column(4, "day", "日期", "date"),
    Column(5, "m", "时刻", "datetime"),
]
ROWS = [
    ['说 "好", 然后', 9007199254740993, "12.50", True, "2024-02-29", "2024-02-29 08:30:00"],
    ["两\r\n行", -1, "-0.01", False, "1999-12-31", "1999-12-31 23:59:59"],
    [None] * 6,
    ["=1+1", 0, "1234567890.10", None, None, None],
]


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("pairs", [[], [("_sort", "-i")], [("_columns", "m,t,d")], [("_offset", "2")]])
def test_a_page_is_the_same_with_and_without_the_row_file(make_store: MakeStore, tmp_path, as_text, pairs):
    store = make_store(TYPED, ROWS)
    with open_rows(store) as connection:
        plain = RowReader(connection, TYPED)
        assert plain.row_file is None
        expected = plain.page(parse(pairs, TYPED), as_text=as_text)
    digest_csv(store, TYPED, tmp_path / "scratch", row_file=row_file_of(store))
    with open_rows(store) as connection:
        reader = RowReader(connection, TYPED)
        page = reader.page(parse(pairs, TYPED), as_text=as_text)
        assert reader.row_file is not None
    assert page == expected
    assert [[type(cell) for cell in row] for row in page.rows] == [
        [type(cell) for cell in row] for row in expected.rows
    ]


def test_a_broken_row_file_is_reported_and_the_page_comes_from_the_store(make_store: MakeStore, tmp_path, caplog):
    store = make_store(TYPED, ROWS)
    path = row_file_of(store)
    digest_csv(store, TYPED, tmp_path / "scratch", row_file=path)
    content = path.read_bytes()
    path.write_bytes(content[: HEADER.size + 9] + b"?" + content[HEADER.size + 10 :])
    with open_rows(store) as connection:
        page = RowReader(connection, TYPED).page(parse([], TYPED))
    assert [row[1] for row in page.rows] == [9007199254740993, -1, None, 0]
    assert "broken" in caplog.text


def test_a_row_file_of_other_rows_is_not_used(make_store: MakeStore, tmp_path):
    store = make_store(TYPED, ROWS)
    write(row_file_of(store), as_lines([["a"] * 6]), 6)
    with pytest.raises(BrokenRowFile):
        open_row_file(store, row_count=4)
    assert open_row_file(tmp_path / "none.duckdb", row_count=4) is None


@pytest.mark.parametrize("width", [1, 2000])
def test_narrowest_and_widest_table(make_store: MakeStore, tmp_path, width):
    columns = text_columns(*(f"k{number}" for number in range(width)))
    rows = [[f"{number}/{place}" for place in range(width)] for number in range(3)]
    rows[1] = [None] * width
    store = make_store(columns, rows)
    row_file = tmp_path / f"{uuid.uuid4().hex}.rows"
    digest_csv(store, columns, tmp_path / "scratch", row_file=row_file)
    assert read_all(row_file, width) == rows
