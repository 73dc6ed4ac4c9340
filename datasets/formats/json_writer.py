"""Rows as a JSON array of objects, one object a line, written by DuckDB.

Keys are the columns' address keys, as in the API. Integers, decimals and booleans are native, with decimals as they
were delivered (1.50 stays 1.50); everything else is text; a blank cell is null.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from datasets.columns import Column
from datasets.rows import Selection, open_rows, printed_cell, sql_text

NATIVE = frozenset({"integer", "decimal", "boolean"})


def write_rows(
    store: Path, columns: Sequence[Column], target: Path, *, rows: Selection, spill: Path | None = None
) -> int:
    """Write the rows of the row store at `store` to the new file `target`; gives their number. Bounded memory."""
    fields = ", ".join(f"?, {_value_sql(column)}" for column in columns)
    objects = f"SELECT * FROM (SELECT concat({fields}, '}},') FROM data{rows.tail()})"
    sql = (
        f"COPY (SELECT '[' UNION ALL {objects}) TO {sql_text(str(target))}"
        " (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '', USE_TMP_FILE false)"
    )
    labels = [_label(column, first=place == 0) for place, column in enumerate(columns)]
    with open_rows(store, output=target, spill=spill) as connection:
        written = connection.execute(sql, [*labels, *rows.params]).fetchone()
    _close_array(target)
    return int(written[0]) - 1 if written else 0


def _label(column: Column, *, first: bool) -> str:
    return ("{" if first else ",") + json.dumps(column.key, ensure_ascii=False) + ":"


def _value_sql(column: Column) -> str:
    value = printed_cell(column) if column.type in NATIVE else f"CAST(to_json({printed_cell(column)}) AS VARCHAR)"
    return f"coalesce({value}, 'null')"


def _close_array(path: Path) -> None:
    """End the array in place of the last comma, or of the line end behind its bracket."""
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        is_empty = size == len(b"[\n")
        file.seek(size - (1 if is_empty else 2))
        file.write(b"]\n" if is_empty else b"\n]\n")
