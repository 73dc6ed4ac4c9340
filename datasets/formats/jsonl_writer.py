"""Rows as JSON lines (NDJSON): one object a line and nothing around them, to be read line by line.

See `json_text` for what an object is. A file without rows is empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from datasets.columns import Column
from datasets.formats.json_text import BLANK, labels, value_sql, value_text
from datasets.formats.lines import Layout, write_lines
from datasets.rows import Selection


def write_rows(
    store: Path, columns: Sequence[Column], target: Path, *, rows: Selection, spill: Path | None = None
) -> int:
    """Write the rows of the row store at `store` to the new file `target`; gives their number. Bounded memory."""
    layout = Layout(None, labels(columns), value_sql, value_text, BLANK, "}")
    return write_lines(store, columns, target, rows, layout, spill=spill)
