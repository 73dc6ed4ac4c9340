"""Formats whose rows are lines of text: each row is put together in SQL and leaves DuckDB through COPY.

Over 100 MB/s on one core with bounded memory, where a loop in Python reaches 10. Names that people chose (keys of
columns) are bound values; what a cell looks like is an expression over physical names only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets.columns import Column
from datasets.rows import WIDE, Selection, open_rows, printed_cell, sql_text

BATCH = 250
"""Rows that the loop for wide tables holds at once."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands before the first column: as SQL, and the same from the printed cells of `columns` and the line."""

    sql: str
    text: Callable[[Sequence[str | None], int], str]
    columns: Sequence[Column] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """What a row's line is made of: `opening`, then for each column what stands before it and its cell, then `ending`.

    `cell_sql` and `cell_text` are one rule told twice: the first gives the SQL of a cell that is not blank from (SQL of
    its value, column type, place), the second the same text from (printed value, column type, place, line number).
    `head` is the file's first line, if it has one.
    """

    head: str | None
    before: Sequence[str]
    cell_sql: Callable[[str, str, int], str]
    cell_text: Callable[[str, str, int, int], str]
    blank: str
    ending: str
    opening: Opening | None = None
    is_numbered: bool = False
    """Whether the SQL may use `n`, the number of the line in the file (the head is line 1)."""


def write_lines(
    store: Path, columns: Sequence[Column], target: Path, rows: Selection, layout: Layout, *, spill: Path | None
) -> int:
    """Write the head and a line per row to `target`, each ended by LF; gives the number of rows. O(rows).

    For each column DuckDB needs so much memory that wide tables are written from here.
    """
    write = _write_wide if len(columns) > WIDE else _write_narrow
    return write(store, columns, target, rows, layout, spill=spill)


def close_array(path: Path, ending: str) -> None:
    """End a file of lines of which each ends in a comma: the last comma (or line end) gives way to `ending`."""
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(size - 2)
        is_empty = file.read(1) != b","
        file.seek(size - (1 if is_empty else 2))
        file.write(("" if is_empty else "\n").encode() + ending.encode())
        file.truncate()


def _write_narrow(
    store: Path, columns: Sequence[Column], target: Path, rows: Selection, layout: Layout, *, spill: Path | None
) -> int:
    fields = [
        f"?, coalesce({layout.cell_sql(column.physical, column.type, place)}, {sql_text(layout.blank)})"
        for place, column in enumerate(columns)
    ]
    opening = f"{layout.opening.sql}, " if layout.opening else ""
    line = f"concat({opening}{', '.join(fields)}, {sql_text(layout.ending)})"
    head = [] if layout.head is None else [layout.head]
    copy = (
        f"COPY ({'SELECT ? AS line UNION ALL ' * len(head)}"
        f"SELECT * FROM (SELECT {line} FROM {_source(columns, rows, layout)}))"
        f" TO {sql_text(str(target))}"
        " (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '', USE_TMP_FILE false)"
    )
    with open_rows(store, output=target, spill=spill) as connection:
        written = connection.execute(copy, [*head, *layout.before, *rows.params]).fetchone()
    return int(written[0]) - len(head) if written else 0


def _source(columns: Sequence[Column], rows: Selection, layout: Layout) -> str:
    if not layout.is_numbered:
        return f"{rows.source}{rows.tail()}"
    cells = ", ".join(column.physical for column in columns)
    return f"(SELECT row_number() OVER () + 1 AS n, * FROM (SELECT {cells} FROM {rows.source}{rows.tail()}))"


def _write_wide(
    store: Path, columns: Sequence[Column], target: Path, rows: Selection, layout: Layout, *, spill: Path | None
) -> int:
    unseen = layout.opening.columns if layout.opening else ()
    selected = ", ".join(printed_cell(column) for column in (*columns, *unseen))
    number = 1
    with open_rows(store, spill=spill) as connection, target.open("w", encoding="utf-8", newline="\n") as file:
        if layout.head is not None:
            file.write(layout.head + "\n")
        result = connection.execute(f"SELECT {selected} FROM {rows.source}{rows.tail()}", list(rows.params))
        while batch := result.fetchmany(BATCH):
            for row in batch:
                number += 1
                file.write(_line(row, number, columns, layout))
    return number - 1


def _line(row: Sequence[str | None], number: int, columns: Sequence[Column], layout: Layout) -> str:
    parts = [layout.opening.text(row[len(columns) :], number)] if layout.opening else []
    for place, (cell, column) in enumerate(zip(row, columns, strict=False)):
        parts.append(layout.before[place])
        parts.append(layout.blank if cell is None else layout.cell_text(cell, column.type, place, number))
    return "".join(parts) + layout.ending + "\n"
