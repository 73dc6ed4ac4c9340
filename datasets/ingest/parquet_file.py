"""Parquet on its way into the raw table: every value printed exactly.

A file of 2 MB can hold 20 GB of text, because a column writes each different value once. So the footer's counts and the
true length of all texts are measured before one row is copied. Metadata of extension types is never interpreted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasets.errors import Invalid, TooLarge
from datasets.ingest.raw_table import MAX_COLUMNS, RawTable
from datasets.ingest.reading import ReadOptions
from datasets.ingest.records import MAX_CELL
from datasets.ingest.source import Source
from datasets.sandbox import Progress

MAX_ROWS = 50_000_000
MAX_TEXT = 4 << 30
"""Bytes of all texts together."""
NAMED = 20
"""Columns that a message names."""

TEXTS = ("VARCHAR", "BLOB")
FLOATS = ("FLOAT", "DOUBLE")
FLOAT = "CASE WHEN NOT isnan({0}) THEN regexp_replace(CAST({0} AS VARCHAR), '\\.0$', '') END"
"""3.0 is 3, because tables with gaps keep whole numbers as floats."""
NESTED = "CAST(to_json({0}) AS VARCHAR)"
PLAIN = "CAST({0} AS VARCHAR)"


def load_parquet(path: Path, options: ReadOptions, table: RawTable, work: Path, progress: Progress) -> Source:
    """Copy the rows of the Parquet file at `path` into `table`, its columns' names as record 1.

    Raises Invalid("parquet_is_broken" | "parquet_has_binary" | "cell_is_too_long") and TooLarge("too_many_columns" |
    "too_many_rows" | "file_unpacks_too_large").
    """
    import duckdb

    progress({"stage": "checking"})
    link = work / "delivered.parquet"
    link.symlink_to(path.resolve())
    binary: list[str] = []
    try:
        with duckdb.connect(":memory:", config={"threads": 1, "autoload_known_extensions": False}) as connection:
            rows = _count_rows(connection, link)
            columns = _describe(connection, link)
            binary = [name for name, kind in columns if kind == "BLOB"]
            _require_text(connection, link, columns)
        table.append([[name or None for name, _ in columns]])
        progress({"stage": "reading", "rows": rows})
        table.connection.execute("SET TimeZone = 'UTC'")
        cells = ", ".join(f"r{index}" for index in range(len(columns)))
        table.connection.execute(f"INSERT INTO raw ({cells}) {_select(columns)}", [str(link)])
    except (duckdb.OutOfMemoryException, MemoryError):
        raise TooLarge("file_needs_too_much_memory") from None
    except (duckdb.Error, ValueError):
        if binary:
            raise Invalid("parquet_has_binary", columns=binary[:NAMED]) from None
        raise Invalid("parquet_is_broken") from None
    return Source("parquet", has_names=True)


def _count_rows(connection: Any, path: Path) -> int:
    found = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata(?)", [str(path)]).fetchone()
    rows = int(found[0] or 0)
    if rows > MAX_ROWS:
        raise TooLarge("too_many_rows", count=rows, limit=MAX_ROWS)
    return rows


def _describe(connection: Any, path: Path) -> list[tuple[str, str]]:
    """(name, DuckDB type) of each column. Bytes without a type are texts of an old writer, unless of fixed length."""
    plain = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    if len(plain) > MAX_COLUMNS:
        raise TooLarge("too_many_columns", count=len(plain), limit=MAX_COLUMNS)
    read = connection.execute("DESCRIBE SELECT * FROM read_parquet(?, binary_as_string = true)", [str(path)]).fetchall()
    binary = [str(column[0]) for column in read if "BLOB" in column[1]]
    if binary:
        raise Invalid("parquet_has_binary", columns=binary[:NAMED])
    return [(str(column[0]), str(column[1])) for column in plain]


def _require_text(connection: Any, path: Path, columns: list[tuple[str, str]]) -> None:
    """No text too long, and all together within the limit; values that repeat are measured once by the reader."""
    texts = [index for index, (_, kind) in enumerate(columns) if kind in TEXTS or _is_nested(kind)]
    if not texts:
        return
    lengths = [f"strlen({_print(f'c{index}', columns[index][1])})" for index in texts]
    asked = ", ".join(f"sum({length}), max({length})" for length in lengths)
    found = connection.execute(f"SELECT {asked} FROM {_from(columns)}", [str(path)]).fetchone()
    total = sum(int(length or 0) for length in found[0::2])
    if total > MAX_TEXT:
        raise TooLarge("file_unpacks_too_large", megabytes=total >> 20)
    for length, longest in zip(lengths, found[1::2], strict=True):
        if longest and longest > 4 * MAX_CELL:
            numbered = f"SELECT {length} AS length, row_number() OVER () AS row FROM {_from(columns)}"
            place = f"SELECT min(row) FROM ({numbered}) WHERE length > {4 * MAX_CELL}"
            raise Invalid("cell_is_too_long", row=connection.execute(place, [str(path)]).fetchone()[0])


def _from(columns: list[tuple[str, str]]) -> str:
    """The file with columns c0, c1, …: names of the file never become SQL."""
    names = ", ".join(f"c{index}" for index in range(len(columns)))
    return f"read_parquet(?, binary_as_string = true) AS delivered({names})"


def _select(columns: list[tuple[str, str]]) -> str:
    printed = ", ".join(_print(f"c{index}", kind) for index, (_, kind) in enumerate(columns))
    return f"SELECT {printed} FROM {_from(columns)}"


def _print(column: str, kind: str) -> str:
    if _is_nested(kind):
        return NESTED.format(column)
    return (FLOAT if kind in FLOATS else PLAIN).format(column)


def _is_nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "VARIANT", "JSON"))
