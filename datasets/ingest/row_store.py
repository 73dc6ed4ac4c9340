"""The row store of a data version: one DuckDB file that answers every question about its rows.

Table `data`: `_row` (1-based), c{i} for column i (its type, or VARCHAR), s{i} where a text column has a typed shadow,
d{i} where it has a word list (table `words`, see `word_lists`). No user text is an SQL name. Table `facts`: key → JSON.
A typed cell prints back to exactly the text it came from. The file is derived: original + recipe make it again, so it
carries no truth of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from datasets.columns import Column
from datasets.ingest.column_profile import profile_columns
from datasets.ingest.column_types import ColumnType, shadow_sql
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import Recipe
from datasets.ingest.word_lists import WordLists
from datasets.rowfile import row_file_of
from datasets.rows import STORE_FORMAT, sql_text
from datasets.storage.files import move_safely

PART = ".part"
LATER_DECISIONS = frozenset({"masking", "salt", "withholds_original"})
"""Parts of a recipe that do not count where they say nothing, so that keys of earlier recipes stay what they were."""


def row_store_key(blob_sha256: str, recipe: Recipe) -> str:
    """The name under which the rows of this original, read this way, are stored: 64 hexadecimal digits."""
    decisions = {name: value for name, value in recipe.as_dict().items() if value or name not in LATER_DECISIONS}
    plain = json.dumps([STORE_FORMAT, blob_sha256, decisions], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class StoredRows:
    """What was written: the columns with their counts, the number of rows, the profile."""

    columns: list[Column]
    row_count: int
    profile: dict[str, Any]


def write_row_store(
    table: RawTable,
    path: Path,
    *,
    columns: Sequence[Column],
    positions: Sequence[int],
    types: Sequence[ColumnType],
    where: str,
) -> StoredRows:
    """Write the rows for which `where` holds to the new file `path`; `settle` then gives it its name.

    Column i comes from column `positions[i]` of the raw table and is stored as `types[i]`.
    """
    path.unlink(missing_ok=True)
    connection = table.connection
    placed = list(zip(columns, positions, types, strict=True))
    texts = {column.index: f"r{place}" for column, place, kind in placed if kind.type == "text"}
    lists = WordLists(table, texts, where)
    connection.execute(f"ATTACH {sql_text(str(path))} AS store")
    try:
        cells = [*(_select(column, f"r{place}", kind) for column, place, kind in placed), *lists.places()]
        number, order = _numbering(table, where)
        numbered = f"SELECT {number} AS _row, {', '.join(cells)} FROM raw WHERE {where}{order}"
        connection.execute(f"CREATE TABLE store.data AS {numbered}")
        row_count = int(table.one("SELECT count(*) FROM store.data")[0])
        facts = profile_columns(connection, "store.data", columns)
        counted = [
            replace(column, blank_count=fact["blank_count"], distinct_hint=fact["distinct"])
            for column, fact in zip(columns, facts, strict=True)
        ]
        _write_facts(connection, row_count, counted)
        lists.write("store")
        connection.execute("CHECKPOINT store")
    finally:
        lists.close()
        connection.execute("DETACH store")
    return StoredRows(counted, row_count, {"columns": facts})


def _write_facts(connection: Any, row_count: int, columns: Sequence[Column]) -> None:
    facts = {"format": STORE_FORMAT, "row_count": row_count, "columns": [column.as_dict() for column in columns]}
    rows = [[key, json.dumps(value, ensure_ascii=False)] for key, value in facts.items()]
    connection.execute("CREATE TABLE store.facts (key VARCHAR PRIMARY KEY, value VARCHAR)")
    connection.executemany("INSERT INTO store.facts VALUES (?, ?)", rows)


def _select(column: Column, cell: str, kind: ColumnType) -> str:
    typed = cell if kind.type == "text" else f"CAST({cell} AS {kind.sql})"
    shadow = f", {shadow_sql(cell, kind.shadow)} AS s{column.index}" if kind.shadow else ""
    return f"{typed} AS c{column.index}{shadow}"


def _numbering(table: RawTable, where: str) -> tuple[str, str]:
    """SQL for `_row` and for the order; rows without a gap are numbered by their place, which needs no sorting."""
    first, last, count = table.one(f"SELECT min(rowid), max(rowid), count(*) FROM raw WHERE {where}")
    if count and last - first + 1 == count:
        return f"CAST(rowid - {first} + 1 AS BIGINT)", ""
    return "row_number() OVER (ORDER BY rowid)", " ORDER BY rowid"


def part_of(path: Path) -> Path:
    """The name under which `path` is written until it is whole."""
    return path.with_name(path.name + PART)


def settle(path: Path) -> None:
    """Give the written row store and its row file their names: the row file first, so that no store is without one."""
    move_safely(part_of(row_file_of(path)), row_file_of(path))
    move_safely(part_of(path), path)


def discard_parts(path: Path) -> None:
    """Remove what a reading that ended early has left of the row store `path`."""
    part = part_of(path)
    for rest in (part, part.with_name(part.name + ".wal"), part_of(row_file_of(path))):
        rest.unlink(missing_ok=True)
