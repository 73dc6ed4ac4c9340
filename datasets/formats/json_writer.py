"""Rows as a JSON array of objects, one object a line.

Keys are the columns' address keys, as in the API. Integers, decimals and booleans are native, with decimals as they
were delivered (1.50 stays 1.50); everything else is text; a blank cell is null.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from datasets.columns import Column
from datasets.rows import WIDE, Selection, open_rows, printed_cell, sql_text

NATIVE = frozenset({"integer", "decimal", "boolean"})
BATCH = 500


def write_rows(
    store: Path, columns: Sequence[Column], target: Path, *, rows: Selection, spill: Path | None = None
) -> int:
    """Write the rows of the row store at `store` to the new file `target`; gives their number. Bounded memory.

    DuckDB writes narrow tables at over 100 MB/s. For each column it needs so much memory that wide ones are written
    from here.
    """
    write = _write_wide if len(columns) > WIDE else _write_narrow
    count = write(store, columns, target, rows, spill)
    _close_array(target)
    return count


def _write_narrow(store: Path, columns: Sequence[Column], target: Path, rows: Selection, spill: Path | None) -> int:
    fields = ", ".join(f"?, coalesce({_value_sql(column)}, 'null')" for column in columns)
    objects = f"SELECT * FROM (SELECT concat({fields}, '}},') FROM {rows.source}{rows.tail()})"
    sql = (
        f"COPY (SELECT '[' UNION ALL {objects}) TO {sql_text(str(target))}"
        " (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '', USE_TMP_FILE false)"
    )
    with open_rows(store, output=target, spill=spill) as connection:
        written = connection.execute(sql, [*_labels(columns), *rows.params]).fetchone()
    return int(written[0]) - 1 if written else 0


def _write_wide(store: Path, columns: Sequence[Column], target: Path, rows: Selection, spill: Path | None) -> int:
    selected = ", ".join(printed_cell(column) for column in columns)
    parts = [(label, column.type in NATIVE) for label, column in zip(_labels(columns), columns, strict=True)]
    count = 0
    with open_rows(store, spill=spill) as connection, target.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[\n")
        result = connection.execute(f"SELECT {selected} FROM {rows.source}{rows.tail()}", list(rows.params))
        while batch := result.fetchmany(BATCH):
            count += len(batch)
            for row in batch:
                members = (label + _value(cell, native) for (label, native), cell in zip(parts, row, strict=True))
                file.write("".join(members) + "},\n")
    return count


def _labels(columns: Sequence[Column]) -> list[str]:
    """What stands before each value: the brace or comma, and the key."""
    keys = [json.dumps(column.key, ensure_ascii=False) + ":" for column in columns]
    return [("," if place else "{") + key for place, key in enumerate(keys)]


def _value(cell: str | None, native: bool) -> str:
    if cell is None:
        return "null"
    return cell if native else json.dumps(cell, ensure_ascii=False)


def _value_sql(column: Column) -> str:
    return printed_cell(column) if column.type in NATIVE else f"CAST(to_json({printed_cell(column)}) AS VARCHAR)"


def _close_array(path: Path) -> None:
    """End the array in place of the last comma, or of the line end behind its bracket."""
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        is_empty = size == len(b"[\n")
        file.seek(size - (1 if is_empty else 2))
        file.write(b"]\n" if is_empty else b"\n]\n")
