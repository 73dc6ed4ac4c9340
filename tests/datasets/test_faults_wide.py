"""The widest tables that are read go every way: into a row store, onto a page, into files, within the usual limits."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from datasets.formats import csv_writer
from datasets.ingest.reader import read_file
from datasets.query.parse import parse
from datasets.query.pool import QueryPool
from datasets.sandbox import Limits
from tests.datasets.ingesting import read_text

WIDTH, LENGTH = 1200, 60
PATIENT = Limits(cpu_seconds=200, wall_seconds=200)
"""The usual memory, but time for a busy machine."""
CELLS = ["=1+1", "a,b", 'x"y', "两\n行", "-5", "", "@甲", "尾"]


def cell(row: int, column: int) -> str:
    return str(row * column) if column % 3 == 0 else f"v{row}_{column}"


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,200 columns (DuckDB nests expressions 1,000 deep), 60 rows: few, since most of the work is by column."""
    path = tmp_path_factory.mktemp("wide") / "wide.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(f"列{column}" for column in range(WIDTH)) + "\n")
        for row in range(1, LENGTH + 1):
            file.write(",".join(cell(row, column) for column in range(WIDTH)) + "\n")
    return path


@pytest.fixture(scope="module")
def pool() -> Iterator[QueryPool]:
    pool = QueryPool(size=1, deadline=60)
    yield pool
    pool.close()


def test_very_many_columns_are_read_shown_and_written(wide: Path, pool: QueryPool, tmp_path: Path) -> None:
    store = tmp_path / "rows.duckdb"
    reading = read_file(wide, file_name="wide.csv", row_store=store, limits=PATIENT)
    assert (reading.row_count, len(reading.columns)) == (LENGTH, WIDTH)
    columns = reading.columns
    page = pool.rows(store, columns, parse([("_limit", "50"), ("_offset", "9")], columns), as_text=True)
    assert page.rows[0] == [cell(10, column) for column in range(WIDTH)]
    assert (len(page.rows), page.total) == (50, LENGTH)
    target = tmp_path / "out.csv"
    written = pool.export(store, columns, None, "csv", target)
    assert (written.row_count, written.sha256) == (LENGTH, reading.csv_sha256)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [[cell(row, column) for column in range(WIDTH)] for row in range(1, LENGTH + 1)]


def test_very_wide_tables_have_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = ",".join(f"列{column}" for column in range(8)) + "\n"
    for shift in range(8):
        line = CELLS[shift:] + CELLS[:shift]
        text += ",".join('"' + one.replace('"', '""') + '"' for one in line) + "\n"
    plain = read_text(text, store=tmp_path / "plain.duckdb")
    monkeypatch.setattr(csv_writer, "VERY_WIDE", 0)
    looped = read_text(text, store=tmp_path / "looped.duckdb")
    assert (looped.csv_sha256, looped.content_sha256, looped.csv_byte_size) == (
        plain.csv_sha256,
        plain.content_sha256,
        plain.csv_byte_size,
    )
    assert (tmp_path / "looped.rows").read_bytes() == (tmp_path / "plain.rows").read_bytes()
    assert csv_writer.write_csv(tmp_path / "plain.duckdb", plain.columns, tmp_path / "o.csv").sha256 == plain.csv_sha256
    assert "'=1+1" in (tmp_path / "o.csv").read_text("utf-8")
