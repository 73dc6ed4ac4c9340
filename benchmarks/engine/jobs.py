"""Single jobs, each in a process of its own so that its memory can be watched: `python -m benchmarks.engine.jobs`.

Every job prints its seconds, without the start of Python and the loading of libraries, and what it has to tell.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.engine.data import duckdb_source
from datasets.columns import Column


def intake(source: str, store: str, *masked: str) -> str:
    """Read a file as the portal does, in the limited child; `masked` are names of columns to be replaced by codes."""
    from datasets.ingest.reader import read_file
    from datasets.ingest.reading import ReadOptions

    options = ReadOptions(masking=dict.fromkeys(masked, "replace"))
    reading = read_file(Path(source), file_name="cases.csv", row_store=Path(store), options=options)
    columns_file(store).write_text(json.dumps([column.as_dict() for column in reading.columns]), "utf-8")
    return f"{reading.row_count}"


def duckdb_parquet(source: str, target: str, threads: str) -> None:
    """Raw DuckDB, types told: CSV to Parquet."""
    _duckdb(f"COPY (SELECT * FROM {duckdb_source(Path(source))}) TO '{target}' (FORMAT parquet, CODEC zstd)", threads)


def duckdb_guess(source: str, target: str, threads: str) -> None:
    """Raw DuckDB, types guessed from the first rows: CSV to Parquet."""
    _duckdb(f"COPY (SELECT * FROM read_csv('{source}')) TO '{target}' (FORMAT parquet, CODEC zstd)", threads)


def duckdb_table(source: str, target: str, threads: str) -> None:
    """Raw DuckDB, types told: CSV to a table of its own kind."""
    _duckdb(f"CREATE TABLE cases AS SELECT * FROM {duckdb_source(Path(source))}", threads, target)


def duckdb_copy(database: str, target: str, threads: str) -> None:
    """Raw DuckDB: the filtered rows of its own table as CSV."""
    _duckdb(f"COPY (SELECT * FROM cases WHERE people >= 40) TO '{target}' (FORMAT csv)", threads, database)


def duckdb_except(old: str, new: str, threads: str) -> None:
    """Raw DuckDB: which lines of two tables differ, both ways, without saying in which column."""
    one, other = duckdb_source(Path(old)), duckdb_source(Path(new))
    _duckdb(
        f"CREATE TABLE a AS SELECT * FROM {one}; CREATE TABLE b AS SELECT * FROM {other};"
        "SELECT count(*) FROM (FROM a EXCEPT FROM b); SELECT count(*) FROM (FROM b EXCEPT FROM a)",
        threads,
    )


def difference(old: str, new: str, target: str) -> str:
    """Ours: two row stores compared in the killable child, the rows that differ kept as a store."""
    from datasets.query.pool import QueryPool

    sides = [(Path(store), columns_of(store)) for store in (old, new)]
    pool = QueryPool()
    found = pool.compare(*sides, target=Path(target))
    pool.close()
    return f"{found.added} added, {found.removed} removed, {found.changed} changed"


def xlsx(store: str, target: str) -> str:
    """Ours: the whole table as a workbook, in the killable child."""
    from datasets.query.pool import QueryPool

    pool = QueryPool()
    written = pool.export(Path(store), columns_of(store), None, "xlsx", Path(target))
    pool.close()
    return f"{written.row_count}"


def xlsxwriter(source: str, target: str) -> None:
    """XlsxWriter with constant memory, as its manual shows it."""
    import csv

    from xlsxwriter import Workbook

    book = Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    with Path(source).open(encoding="utf-8", newline="") as file:
        for row, cells in enumerate(csv.reader(file)):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    book.close()


def sqlite(source: str, target: str) -> None:
    """The standard library: csv and executemany into a table with types."""
    from benchmarks.engine.data import make_sqlite

    make_sqlite(Path(source), Path(target))


def columns_file(store: str) -> Path:
    """Where `intake` leaves the columns of a store."""
    return Path(store).with_suffix(".json")


def columns_of(store: str) -> list[Column]:
    """The columns of a store that `intake` made."""
    return [Column.from_dict(one) for one in json.loads(columns_file(store).read_text("utf-8"))]


def _duckdb(sql: str, threads: str, database: str = ":memory:") -> None:
    import duckdb

    with duckdb.connect(database, config={"threads": int(threads)}) as connection:
        for statement in sql.split(";"):
            connection.execute(statement).fetchall()


JOBS: dict[str, Callable[..., Any]] = {
    job.__name__: job
    for job in (intake, duckdb_parquet, duckdb_guess, duckdb_table, duckdb_copy, duckdb_except, difference, xlsx)
} | {"xlsxwriter": xlsxwriter, "sqlite": sqlite}


def main() -> None:
    """Do the job named first with the arguments that follow."""
    import duckdb  # noqa: F401  loaded before the clock runs, for everybody

    job = JOBS[sys.argv[1]]
    started = time.perf_counter()
    told = job(*sys.argv[2:])
    print(f"{time.perf_counter() - started:.3f} {told or ''}")


if __name__ == "__main__":
    main()
