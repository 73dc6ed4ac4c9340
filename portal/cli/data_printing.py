"""Cells of files that nobody has vouched for, printed on a terminal: no control sign of theirs takes effect."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.cli.common import cli_language

WIDEST_CELL = 40
"""Columns of the terminal that a cell takes at most; elsewhere cells are whole."""
UNBOUNDED = 100_000
GAP = 2
TURNING = (*range(0x7F, 0xA0), *range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Signs of C1, and those that turn the direction of writing."""
REPLACED: Mapping[int, str] = {
    **{sign: chr(0x2400 + sign) for sign in range(0x20)},
    **dict.fromkeys(TURNING, "�"),
}
"""Other control signs by their pictures (␛, ␊)."""


def printable(cell: object) -> str:
    """A cell as it may stand on a terminal; nothing for a blank one."""
    return "" if cell is None else str(cell).translate(REPLACED)


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Sequence[bool] = ()) -> None:
    """Rows under their heads on standard output; `numbers` tells of each column whether it stands to the right.

    On a terminal as many columns as fit, and how many do not; elsewhere all of them, uncut.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[printable(cell) for cell in row] for row in rows]
    heads = [printable(head) for head in heads]
    console = Console(width=None if sys.stdout.isatty() else UNBOUNDED, highlight=False)
    shown = count_fitting(heads, cells, console.width)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for place, head in enumerate(heads[:shown]):
        is_number = place < len(numbers) and numbers[place]
        table.add_column(
            Text(head),
            justify="right" if is_number else "left",
            no_wrap=True,
            overflow="ellipsis",
            max_width=WIDEST_CELL if sys.stdout.isatty() else None,
        )
    for row in cells:
        table.add_row(*(Text(cell) for cell in row[:shown]))
    console.print(table)
    if shown < len(heads):
        left = len(heads) - shown
        console.print(f"… {left} more columns" if cli_language() == "en" else f"… 还有 {left} 列")


def count_fitting(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> int:
    """How many of the first columns fit side by side into `width`; at least one."""
    from rich.cells import cell_len

    taken = 0
    for place, head in enumerate(heads):
        widest = max([cell_len(head), *(cell_len(row[place]) for row in rows)])
        taken += min(widest, WIDEST_CELL) + GAP
        if taken > width + GAP:
            return max(place, 1)
    return len(heads)


def print_json(value: Any) -> None:
    """`value` as JSON in UTF-8 on standard output."""
    import json

    print(json.dumps(value, ensure_ascii=False, indent=2))
