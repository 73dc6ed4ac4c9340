"""The row store as its readers see it: how to open it safely, what its columns are called, which rows are meant.

A row store is one DuckDB file with a table `data`: `_row` (1, 2, 3 … in the order of the delivered file), `c{i}` for
column i, `s{i}` for the typed shadow of a text column, `d{i}` for its place in a word list (see `word_lists`). No user
text ever becomes an SQL identifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.columns import Column
from datasets.errors import Busy

if TYPE_CHECKING:
    import duckdb

STORE_FORMAT = 1
"""Grows when row stores of an older program must not be read any more; the worker makes them again."""
DEFAULT_MEMORY_BYTES = 256 * 1024 * 1024

WIDE = 24
"""Above so many columns SQL goes over a list of the cells. An expression per cell is faster in narrow tables (by half),
but DuckDB needs 15 ms and 500 KB for each: 2,000 columns took minutes and passed the memory limit."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows in which order: SQL over physical names only, every value bound through `params`."""

    where: str = ""
    order: str = ""
    limit: int | None = None
    params: tuple[object, ...] = ()
    source: str = "data"
    """What stands behind FROM: the table, or a subquery in brackets with the same kinds of names and an alias.
    Its own values come first in `params`."""

    def tail(self) -> str:
        """The clauses that follow FROM, with a leading blank each; unordered rows come in the file's order."""
        where = f" WHERE {self.where}" if self.where else ""
        order = f" ORDER BY {self.order}" if self.order else ""
        limit = f" LIMIT {self.limit:d}" if self.limit is not None else ""
        return where + order + limit


ALL_ROWS = Selection()


def typed_cell(column: Column) -> str:
    """The physical name by which the column is sorted and compared: its shadow where it has one."""
    return column.shadow or column.physical


def printed_cell(column: Column) -> str:
    """SQL that gives the cell as the text of the delivered file; NULL for a blank one."""
    return column.physical if column.type == "text" else f"CAST({column.physical} AS VARCHAR)"


def printed_list(columns: Sequence[Column]) -> str:
    """SQL that gives all cells of a row as a list of texts."""
    return "[" + ", ".join(printed_cell(column) for column in columns) + "]"


def sql_text(value: str) -> str:
    """`value` as an SQL string literal. For constants of the code, never for what a person sent."""
    return "'" + value.replace("'", "''") + "'"


def open_rows(
    path: Path,
    *,
    output: Path | None = None,
    spill: Path | None = None,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
) -> duckdb.DuckDBPyConnection:
    """Open a row store read-only, cut off from every other file, extension and setting.

    `output` is the one file that a COPY may write; `spill` the folder where big sorts may keep what memory does not
    hold. One thread: the fastest under several clients, and the only way in which UNION ALL keeps its order.
    What DuckDB does not forbid is to COPY over the opened store itself, so no SQL but our own may ever run here.
    Raises Busy("row_store_is_broken") for a store of another format.
    """
    import duckdb

    with ExitStack() as opened:
        connection = duckdb.connect(str(path), read_only=True, config=_config(spill, memory_bytes))
        opened.callback(connection.close)
        _require_format(connection)
        if output is not None:
            connection.execute(f"SET allowed_paths = [{sql_text(str(output))}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        opened.pop_all()
    return connection


def _require_format(connection: duckdb.DuckDBPyConnection) -> None:
    """Stores that say nothing of their format, such as those of differences, are taken as they are."""
    import duckdb

    try:
        found = connection.execute("SELECT value FROM facts WHERE key = 'format'").fetchone()
    except duckdb.CatalogException:
        return
    if found is not None and found[0] != str(STORE_FORMAT):
        raise Busy("row_store_is_broken")


def is_in_file_order(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a plain scan meets the rows by ascending `_row`, as in all stores of intake. O(rows), cheap."""
    return connection.execute("SELECT 1 FROM data WHERE _row <> rowid + 1 LIMIT 1").fetchone() is None


def _config(spill: Path | None, memory_bytes: int) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "threads": 1,
        "memory_limit": f"{max(memory_bytes // 1024, 1)}KiB",
        "temp_directory": str(spill) if spill else "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "enable_object_cache": True,
    }
