"""Rows as XML: `<rows>` with a `<row>` each, and in it one element per column in the order of the table.

An element is named by the column's address key; where XML does not allow that name, a near one stands in its place and
the attribute `key` tells the true one. A blank cell is an empty element. A cell with signs that XML 1.0 cannot hold
(control characters) is written in Base64 of its UTF-8, and says so: `encoding="base64"`. So any text can be read back.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from datasets.columns import Column
from datasets.formats.lines import Layout, write_lines
from datasets.formats.xml_text import (
    element_names,
    escaped,
    escaped_sql,
    has_control,
    has_control_sql,
    without_control,
)
from datasets.rows import Selection

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<rows>'
BASE64 = ' encoding="base64">'


def write_rows(
    store: Path, columns: Sequence[Column], target: Path, *, rows: Selection, spill: Path | None = None
) -> int:
    """Write the rows of the row store at `store` to the new file `target`; gives their number. Bounded memory."""
    names = element_names([column.key for column in columns])
    starts = ["<row><" + _opened(names[0], columns[0])]
    for place, column in enumerate(columns[1:], start=1):
        starts.append(f"</{names[place - 1]}><{_opened(names[place], column)}")
    layout = Layout(HEAD, starts, _cell_sql, _cell_text, ">", f"</{names[-1]}></row>")
    count = write_lines(store, columns, target, rows, layout, spill=spill)
    with target.open("a", encoding="utf-8", newline="\n") as file:
        file.write("</rows>\n")
    return count


def _opened(name: str, column: Column) -> str:
    if name == column.key:
        return name
    key = escaped(without_control(column.key)).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
    return f'{name} key="{key}"'


def _cell_sql(cell: str, kind: str, _place: int) -> str:
    """What stands behind the element's name."""
    if kind != "text":
        return f"'>' || CAST({cell} AS VARCHAR)"
    packed = f"'{BASE64}' || to_base64(encode({cell}))"
    return f"CASE WHEN {has_control_sql(cell)} THEN {packed} ELSE '>' || ({escaped_sql(cell)}) END"


def _cell_text(cell: str, _kind: str, _place: int, _line: int) -> str:
    """The same from the printed cell."""
    return BASE64 + base64.b64encode(cell.encode()).decode() if has_control(cell) else ">" + escaped(cell)
