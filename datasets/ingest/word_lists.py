"""For text columns of few different values: the list of the values, kept with the rows, and each cell's place in it.

Most tables of offices have such columns (streets, kinds, states). The row store gets a table `words` (`column_index`,
`place`, `value`, `row_count`), its values in their order from place 0, and beside c{i} a number d{i}, the place of the
cell's value, blank where the cell is. `datasets.query.words` answers from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from datasets.ingest.raw_table import RawTable

if TYPE_CHECKING:
    import duckdb

MAX_WORDS = 4096
"""With more different values than this, as estimated, a list would cost more than it spares."""
MIN_ROWS = 10_000
"""Smaller tables answer everything at once without any list."""
MAX_LISTS = 24
SAMPLED_ROWS = 20_000


class WordLists:
    """The lists of one table, made before its rows are stored. Close it when they are."""

    def __init__(self, table: RawTable, cells: Mapping[int, str], where: str) -> None:
        """`cells`: SQL for the cell of each text column, by the column's index. Looks at every row. O(rows)."""
        self.connection: duckdb.DuckDBPyConnection = table.connection
        self.cells: dict[int, str] = {}
        if int(table.one(f"SELECT count(*) FROM raw WHERE {where}")[0]) < MIN_ROWS:
            return
        for index, cell in _few_valued(table, cells, where).items():
            self.connection.execute(
                f"CREATE TABLE words_{index:d} AS SELECT {cell} AS value, count(*) AS row_count FROM raw"
                f" WHERE ({where}) AND {cell} IS NOT NULL GROUP BY 1 ORDER BY 1"
            )
            self.connection.execute(
                f"CREATE TYPE word_{index:d} AS ENUM (SELECT value FROM words_{index:d} ORDER BY 1)"
            )
            self.cells[index] = cell

    def places(self) -> list[str]:
        """What the SELECT that stores the rows has to select besides."""
        return [
            f"CAST(enum_code(CAST({cell} AS word_{index:d})) AS USMALLINT) AS d{index:d}"
            for index, cell in self.cells.items()
        ]

    def write(self, database: str) -> None:
        """Write the table `words` to the attached database, if there is any list."""
        parts = [
            f"SELECT {index:d} AS column_index, CAST(row_number() OVER (ORDER BY value) - 1 AS USMALLINT) AS place,"
            f" value, row_count FROM words_{index:d}"
            for index in self.cells
        ]
        if parts:
            self.connection.execute(f"CREATE TABLE {database}.words AS {' UNION ALL '.join(parts)}")

    def close(self) -> None:
        """Forget the lists."""
        for index in self.cells:
            self.connection.execute(f"DROP TYPE word_{index:d}")
            self.connection.execute(f"DROP TABLE words_{index:d}")
        self.cells = {}


def _few_valued(table: RawTable, cells: Mapping[int, str], where: str) -> dict[int, str]:
    """The columns with about MAX_WORDS values or fewer: guessed from the first rows, then estimated over all."""
    sample = f"(SELECT * FROM raw WHERE {where} LIMIT {SAMPLED_ROWS:d})"
    guessed = _counted(table, cells, "count(DISTINCT {cell})", sample, MAX_WORDS)
    first = dict(list(guessed.items())[:MAX_LISTS])
    return _counted(table, first, "approx_count_distinct({cell})", f"raw WHERE {where}", MAX_WORDS)


def _counted(table: RawTable, cells: Mapping[int, str], count: str, source: str, most: int) -> dict[int, str]:
    """Those of `cells` of which `count` gives 1 to `most`."""
    if not cells:
        return {}
    found = table.one(f"SELECT {', '.join(count.format(cell=cell) for cell in cells.values())} FROM {source}")
    return {index: cell for (index, cell), number in zip(cells.items(), found, strict=True) if 1 <= number <= most}
