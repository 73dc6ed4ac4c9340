"""Rows as Parquet, typed as the portal types them, compressed with zstd; for Python, R and databases.

Columns bear their published names. Names that differ in case only, which Parquet's readers confuse, get a number:
`ID`, `id_1`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from datasets.columns import Column
from datasets.rows import Selection, open_rows

MAX_GROUP_ROWS = 122_880
MIN_GROUP_ROWS = 2_048
CELLS_AT_ONCE = 1_500_000
"""Cells of one row group, which is put together in memory."""


def write_rows(
    store: Path, columns: Sequence[Column], target: Path, *, rows: Selection, spill: Path | None = None
) -> int:
    """Write the rows of the row store at `store` to the new file `target`; gives their number. Bounded memory.

    The names are given to DuckDB as values of its expression objects: they are never part of an SQL text.
    """
    from duckdb import ColumnExpression

    group_rows = min(max(CELLS_AT_ONCE // len(columns), MIN_GROUP_ROWS), MAX_GROUP_ROWS)
    with open_rows(store, output=target, spill=spill) as connection:
        selected = ", ".join(column.physical for column in columns)
        relation = connection.sql(f"SELECT {selected} FROM {rows.source}{rows.tail()}", params=list(rows.params))
        named = relation.select(*(ColumnExpression(column.physical).alias(column.name) for column in columns))
        named.write_parquet(str(target), compression="zstd", row_group_size=group_rows)
        written = connection.execute("SELECT num_rows FROM parquet_file_metadata(?)", [str(target)]).fetchone()
    return int(written[0]) if written else 0
