"""Types, whatever the cells: all rows decide, what is typed prints back, codes are never counted with."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.ingest.column_types import RawColumn, find_types
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import Reading, ReadOptions
from tests.datasets.ingesting import read_here, stored_rows

FIXED = ReadOptions(encoding="utf-8", delimiter=",", header_row=1, header_row_count=1, has_header=True)
ROWS = 100_000
EVERY_ROW = f"rowid BETWEEN 0 AND {ROWS - 1}"
DAYS = st.dates(dt.date(1600, 1, 1), dt.date(2199, 12, 31))
AMOUNTS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)

WRITTEN = {  # how a column is written → (its cells, its type, its shadow)
    "integer": (st.integers(-(10**9), 10**9).map(str), "integer", None),
    "decimal": (AMOUNTS.filter(lambda number: number != 0).map(str), "decimal", None),
    "boolean": (st.sampled_from(["true", "false"]), "boolean", None),
    "date": (DAYS.map(str), "date", None),
    "grouped": (st.integers(1_000, 10**12).map("{:,}".format), "text", "integer"),
    "percent": (st.integers(0, 1000).map("{}%".format), "text", "decimal"),
    "currency": (st.integers(1, 10**9).map("¥{:,}".format), "text", "decimal"),
    "slashed": (DAYS.map(lambda day: f"{day.year}/{day.month}/{day.day}"), "text", "date"),
    "chinese": (DAYS.map(lambda day: f"{day.year}年{day.month}月{day.day}日"), "text", "date"),
    "dotted": (DAYS.map(lambda day: f"{day.year}.{day.month}.{day.day}"), "text", "date"),
}
CODES = {  # cells that no column with a type may hold
    "leading zero": st.integers(0, 10**9).map("0{}".format),
    "sixteen digits and more": st.integers(10**15, 10**30).map(str),
    "exponent": st.builds("{}{}{}".format, st.integers(1, 99), st.sampled_from("eE"), st.integers(0, 9)),
    "plus": st.integers(0, 10**9).map("+{}".format),
    "words": st.sampled_from(["暂缺", "-", "TRUE", "NaN", "inf", "1-2", "１２", "1 000", "0x1F", "1_000", ".5", "5."]),
    "negative zero": st.just("-0"),
}  # fmt: skip


def read_column(cells: Sequence[str], store: Path) -> Reading:
    """A table of a name and these cells."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["名称", "数据"], *(["甲", cell] for cell in cells)])
    path = store.with_suffix(".csv")
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return read_here(path, FIXED, store=store)


@pytest.mark.parametrize("way", WRITTEN)
def test_column_of_one_kind_has_its_type_and_prints_back(way: str) -> None:
    cells, kind, shadow = WRITTEN[way]

    @settings(max_examples=4, deadline=None)
    @given(st.lists(cells, min_size=3, max_size=30, unique=way != "boolean"))
    def check(delivered: list[str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder) / "rows.duckdb"
            reading = read_column(delivered, store)
            found = [row[1] for row in stored_rows(store, reading.columns)]
        assert found == delivered
        assert (reading.columns[1].type, reading.columns[1].shadow_type) == (kind, shadow)

    check()


@pytest.mark.parametrize("trap", CODES)
def test_one_code_among_numbers_keeps_the_column_text(trap: str) -> None:
    @settings(max_examples=4, deadline=None)
    @given(st.lists(st.integers(0, 10**6).map(str), min_size=3, max_size=20), CODES[trap], st.randoms())
    def check(numbers: list[str], code: str, random: object) -> None:
        delivered = [*numbers, code]
        random.shuffle(delivered)  # type: ignore[attr-defined]
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder) / "rows.duckdb"
            reading = read_column(delivered, store)
            found = [row[1] for row in stored_rows(store, reading.columns)]
        assert found == delivered
        assert reading.columns[1].type == "text"

    check()


LARGE = {  # SQL of the cells of 100,000 rows → type, and cells that break it
    "CAST(i AS VARCHAR)": ("integer", ["007", "1e5", "1.5", "12345678901234567", "甲", "+1"]),
    "printf('%.2f', i / 4)": ("decimal", ["0.5", "1,234.50", "甲", "1e2", "00.50"]),
    "CAST(DATE '2020-01-01' + CAST(i % 2000 AS INT) AS VARCHAR)": ("date", ["2026-02-30", "2026/1/2", "2026-1-2"]),
    "CASE WHEN i % 2 = 0 THEN 'true' ELSE 'false' END": ("boolean", ["TRUE", "是", "1"]),
    "CAST(TIMESTAMP '2020-01-01 00:00:01' + to_seconds(i) AS VARCHAR)": ("datetime", ["2026-01-02", "10:00"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawTable]:
    """A raw table of 100,000 rows, one column per kind of LARGE."""
    import duckdb

    folder = tmp_path_factory.mktemp("large")
    with duckdb.connect() as connection:
        cells = ", ".join(f"{sql} AS r{index}" for index, sql in enumerate(LARGE))
        rows = f"SELECT {cells} FROM range(1, {ROWS + 1}) t(i)"
        connection.execute(f"COPY ({rows}) TO '{folder}/rows.csv' (FORMAT csv, HEADER false)")
    table = RawTable(folder)
    table.load_csv(folder / "rows.csv", ",", '"', len(LARGE))
    yield table
    table.close()


def types_of(table: RawTable) -> list[str]:
    columns = [RawColumn(index, f"列{index}") for index in range(len(LARGE))]
    return [kind.type for kind in find_types(table, columns, table.rows(0, 300), EVERY_ROW)]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1_000, ROWS - 1), st.integers(0, 5))
def test_one_cell_anywhere_in_100000_rows_keeps_its_column_text(large: RawTable, row: int, choice: int) -> None:
    """The sample is of the first rows only, so that nothing but the pass over all rows can see the cell."""
    kinds = [kind for kind, _ in LARGE.values()]
    for index, (kind, traps) in enumerate(LARGE.values()):
        trap = traps[choice % len(traps)]
        (former,) = large.one(f"SELECT r{index} FROM raw WHERE rowid = {row}")
        large.connection.execute(f"UPDATE raw SET r{index} = ? WHERE rowid = {row}", [trap])
        expected = [*kinds[:index], "text", *kinds[index + 1 :]]
        assert types_of(large) == expected, (kind, trap)
        large.connection.execute(f"UPDATE raw SET r{index} = ? WHERE rowid = {row}", [former])
    assert types_of(large) == kinds


@pytest.mark.parametrize(
    ("late", "shadow", "recognised"), [("2", "integer", None), ("1.5", "decimal", None), ("007", None, "code")]
)
def test_one_late_cell_decides_the_shadow(
    large: RawTable, late: str, shadow: str | None, recognised: str | None
) -> None:
    """+1 in the first row keeps the whole numbers text; what stands in row 50,000 is in no sample."""
    cell = f"CASE rowid WHEN 0 THEN '+1' ELSE '{late}' END"
    large.connection.execute(f"UPDATE raw SET r0 = {cell} WHERE rowid IN (0, 50000)")
    (kind,) = find_types(large, [RawColumn(0, "数")], large.rows(0, 300), EVERY_ROW)
    large.connection.execute("UPDATE raw SET r0 = CAST(rowid + 1 AS VARCHAR) WHERE rowid IN (0, 50000)")
    assert (kind.type, kind.shadow, kind.recognised) == ("text", shadow, recognised)
