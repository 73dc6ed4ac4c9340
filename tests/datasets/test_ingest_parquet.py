"""Parquet: values exactly as they are, and bombs measured before they unfold."""

from __future__ import annotations

import random
import time
from pathlib import Path

import duckdb
import pytest

from datasets.errors import DomainError, Invalid, TooLarge
from datasets.ingest import parquet_file
from datasets.ingest.reader import read_file
from tests.datasets.ingesting import read_here, stored_rows

VALUES = [  # SQL of one value, how it is printed
    ("3::DOUBLE", "3"),
    ("0.1::DOUBLE", "0.1"),
    ("1e300::DOUBLE", "1e+300"),
    ("'nan'::DOUBLE", None),
    ("0.1::FLOAT", "0.1"),
    ("1.50::DECIMAL(9,2)", "1.50"),
    ("DATE '2026-01-02'", "2026-01-02"),
    ("TIMESTAMP '2026-01-02 03:04:05.678'", "2026-01-02 03:04:05.678"),
    ("TIMESTAMPTZ '2026-01-02 03:04:05+08'", "2026-01-01 19:04:05+00"),
    ("TIME '01:02:03'", "01:02:03"),
    ("[1, 2]", "[1,2]"),
    ("{'a': 1, 'b': '好'}", '{"a":1,"b":"好"}'),
    ("MAP {'k': 1}", '{"k":1}'),
    ("true", "true"),
    ("420202199001010011::BIGINT", "420202199001010011"),
    ("'007'", "007"),
    ("'好'::BLOB", "好"),
    ("NULL::INTEGER", None),
]


def _write(path: Path, query: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_values_are_printed_exactly(tmp_path: Path) -> None:
    selected = ", ".join(f'{sql} AS "列{number}"' for number, (sql, _) in enumerate(VALUES))
    sql = selected.replace("'好'::BLOB", "encode('好')")
    reading = read_here(_write(tmp_path / "values.parquet", f"SELECT {sql}"), store=tmp_path / "rows.duckdb")
    assert [column.name for column in reading.columns] == [f"列{number}" for number in range(len(VALUES))]
    assert stored_rows(tmp_path / "rows.duckdb", reading.columns) == [[printed for _, printed in VALUES]]
    assert (reading.file_format, reading.header_rows, reading.encoding) == ("parquet", [1], None)


def test_names_of_columns_are_data_not_sql(tmp_path: Path) -> None:
    path = _write(tmp_path / "names.parquet", """SELECT 1 AS "a""; DROP TABLE raw; --", 2 AS "select" """)
    assert [column.name for column in read_here(path).columns] == ['a"; DROP TABLE raw; --', "select"]


def test_few_kilobytes_that_hold_five_gigabytes_are_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "bomb.parquet", "SELECT repeat('好', 300000) AS x FROM range(6000)")
    assert path.stat().st_size < 50_000
    started = time.monotonic()
    with pytest.raises(TooLarge) as caught:
        read_file(path, file_name="bomb.parquet", row_store=tmp_path / "rows.duckdb")
    assert caught.value.code == "file_unpacks_too_large"
    assert caught.value.params == {"megabytes": 6_000 * 900_000 >> 20}
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT '\\xFF\\xFE'::BLOB AS b", "parquet_has_binary"),
        ("SELECT repeat('x', 5000000) AS b", "cell_is_too_long"),
        ("SELECT list_resize([]::VARCHAR[], 5000, repeat('x', 1000)) AS l", "cell_is_too_long"),
        ("SELECT " + ", ".join(f"1 AS c{number}" for number in range(2001)), "too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, query: str, code: str) -> None:
    path = _write(tmp_path / "refused.parquet", query)
    with pytest.raises(DomainError) as caught:
        read_here(path)
    assert caught.value.code == code


def test_more_rows_than_the_limit_are_refused_from_the_footer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "MAX_ROWS", 999)
    with pytest.raises(TooLarge) as caught:
        read_here(_write(tmp_path / "rows.parquet", "SELECT 1 AS x FROM range(1000)"))
    assert (caught.value.code, caught.value.params) == ("too_many_rows", {"count": 1000, "limit": 999})


def test_encrypted_parquet_is_told(tmp_path: Path) -> None:
    (tmp_path / "e.parquet").write_bytes(b"PARE" + bytes(100))
    with pytest.raises(Invalid, match="file_is_encrypted"):
        read_here(tmp_path / "e.parquet")


def test_damaged_files_never_break_the_house(tmp_path: Path) -> None:
    query = "SELECT range AS i, 'v' || range AS t, range / 7.0 AS f FROM range(500)"
    good = _write(tmp_path / "good.parquet", query).read_bytes()
    chance = random.Random(20260711)
    refused = 0
    for number in range(12):
        damaged = bytearray(good)
        for _ in range(12):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(bytes(damaged[: chance.randrange(20, len(damaged))] if number % 4 == 0 else damaged))
        try:
            read_file(path, file_name=path.name, row_store=tmp_path / f"{number}.duckdb")
        except DomainError:
            refused += 1
    assert refused >= 3, "the cut ones at least"
