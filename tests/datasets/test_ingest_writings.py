"""Ways of writing and typed shadows: the examples beside each rule, read by Python and by DuckDB alike."""

from __future__ import annotations

import duckdb
import pytest

from datasets.columns import RECOGNISED, TYPES
from datasets.ingest.column_types import SHADOWS, WRITINGS, shadow_sql

VALUES = [  # shadow, cell, value as DuckDB prints it
    ("integer", "1,234", "1234"),
    ("integer", "-5", "-5"),
    ("integer", "+5", "5"),
    ("integer", "1.5", None),
    ("integer", "007", None),
    ("integer", "1234567890123456", None),
    ("decimal", "52%", "52.0"),
    ("decimal", "1,234.50", "1234.5"),
    ("decimal", "¥1,234.50", "1234.5"),
    ("decimal", "1234元", "1234.0"),
    ("decimal", "3.5万元", "35000.0"),
    ("decimal", "1.1万元", "11000.0"),
    ("decimal", "2 亿元", "200000000.0"),
    ("decimal", "1e5", None),
    ("decimal", "0123", None),
    ("decimal", "约300", None),
    ("date", "2026年1月2日", "2026-01-02"),
    ("date", "2026/1/2", "2026-01-02"),
    ("date", "2026.1.2", "2026-01-02"),
    ("date", "2026-1-2", "2026-01-02"),
    ("date", "20260102", "2026-01-02"),
    ("date", "2026年2月", "2026-02-01"),
    ("date", "2026-12", "2026-12-01"),
    ("date", "2026-02-30", None),
    ("date", "2026/1-2", None),
    ("date", "1-2", None),
    ("datetime", "2026/1/2 8:05", "2026-01-02 08:05:00"),
    ("datetime", "2026年1月2日 08:05:06", "2026-01-02 08:05:06"),
    ("datetime", "2026-01-02T08:05:06", "2026-01-02 08:05:06"),
    ("datetime", "2026.1.2", "2026-01-02 00:00:00"),
    ("datetime", "2026-01-02 25:00", None),
    ("boolean", "是", "true"),
    ("boolean", "×", "false"),
    ("boolean", "部分", None),
]


@pytest.mark.parametrize("code", WRITINGS)
def test_writing_fits_its_own_cells_and_no_others(code: str) -> None:
    writing = WRITINGS[code]
    cells = [*writing.cells, *writing.others]
    with duckdb.connect() as connection:
        by_duckdb = [connection.execute("SELECT regexp_full_match(?, ?)", [c, writing.shape]).fetchone() for c in cells]
    expected = [True] * len(writing.cells) + [False] * len(writing.others)
    assert [writing.fits(cell) for cell in cells] == expected
    assert [found and found[0] for found in by_duckdb] == expected


def test_each_cell_is_written_in_one_way_only() -> None:
    for writing in WRITINGS.values():
        for cell in writing.cells:
            assert [code for code, other in WRITINGS.items() if other.fits(cell)] == [writing.code], cell


@pytest.mark.parametrize(("shadow", "cell", "value"), VALUES)
def test_shadow_reads_cells_as_people_mean_them(shadow: str, cell: str, value: str | None) -> None:
    with duckdb.connect() as connection:
        sql = f"SELECT CAST({shadow_sql('cell', shadow)} AS VARCHAR) FROM (SELECT ? AS cell)"
        assert connection.execute(sql, [cell]).fetchone() == (value,)


def test_every_shadow_is_a_type_and_every_writing_has_a_label() -> None:
    assert set(SHADOWS) <= set(TYPES)
    assert set(WRITINGS) - {"dashed_date"} <= set(RECOGNISED)
