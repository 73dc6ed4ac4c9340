"""A sheet as a grid of texts, and where in it the table is: pure functions for the child process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.sheet.columns import COLUMNS, ITEM, SheetColumn, find_column, settle_column, weigh_column

HEADER_SEARCH_ROWS = 30
"""Rows from the top in which the header is looked for: titles and notes of an office stand above it."""
LEAST_HEADERS = 2
"""Known headers that make a row a header, the title among them."""
SAMPLE_ROWS = 200
"""Rows whose values settle what an ambiguous header means."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Texts by row and column from A1; blank cells are empty texts. `merged`: (first row, column, last row, column)."""

    name: str
    rows: Sequence[Sequence[str]]
    merged: tuple[tuple[int, int, int, int], ...] = ()

    def text(self, row: int, column: int) -> str:
        """The text of a cell (0-based); beyond the edge it is blank."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[column].strip() if column < len(cells) else ""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table: its last row (0-based) and the text of each column."""

    row: int
    texts: tuple[str, ...]
    matches: int


def find_header(grid: Grid) -> Header | None:
    """The header row, or pair of rows, with the most known headers, among them the entry's title; None if absent.

    Two-row headers print a group over several columns and the rest vertically merged: the lower text counts where
    there is one. The earliest wins a tie, and one row wins against two.
    """
    best: Header | None = None
    for row in range(min(HEADER_SEARCH_ROWS, len(grid.rows))):
        for height in (1, 2):
            header = _header(grid, row, height)
            if header and (best is None or header.matches > best.matches):
                best = header
    return best


def _header(grid: Grid, row: int, height: int) -> Header | None:
    last = row + height - 1
    if last >= len(grid.rows):
        return None
    width = max(len(grid.rows[line]) for line in range(row, last + 1))
    texts = tuple(
        next((grid.text(line, column) for line in range(last, row - 1, -1) if grid.text(line, column)), "")
        for column in range(width)
    )
    names = {column.name for column in map(find_column, texts) if column}
    if "title" not in names or len(names) < LEAST_HEADERS:
        return None
    return Header(last, texts, len(names))


def settle_columns(
    grid: Grid, header: Header
) -> tuple[dict[int, SheetColumn], list[tuple[int, str]], list[tuple[int, str]]]:
    """Which column each position holds, the headers nobody knows, and those that repeat a column.

    Columns of data items count only where the sheet names the items. Of two columns that could be the domain, the one
    whose values name domains best is, and the other is kept as `theme`.
    """
    settled: dict[int, SheetColumn] = {}
    unknown: list[tuple[int, str]] = []
    repeated: list[tuple[int, str]] = []
    last = min(len(grid.rows), header.row + 1 + SAMPLE_ROWS)
    for position, text in enumerate(header.texts):
        if not text:
            continue
        values = [grid.text(row, position) for row in range(header.row + 1, last)]
        column = settle_column(text, [value for value in values if value])
        if column is None:
            unknown.append((position, text))
        elif column in settled.values():
            if column.name == "domain" and COLUMNS["theme"] not in settled.values():
                _share_domain(grid, settled, position, range(header.row + 1, last))
            else:
                repeated.append((position, text))
        else:
            settled[position] = column
    if not any(column.name == ITEM + "name" for column in settled.values()):
        unknown += [(at, header.texts[at]) for at, column in settled.items() if column.level == "item"]
        settled = {at: column for at, column in settled.items() if column.level != "item"}
    return settled, sorted(unknown), repeated


def _share_domain(grid: Grid, settled: dict[int, SheetColumn], position: int, rows: range) -> None:
    """Give the domain to the better of two columns that claim it, and `theme` to the other."""
    column, theme = COLUMNS["domain"], COLUMNS["theme"]
    first = next(at for at, one in settled.items() if one is column)
    scores = {at: weigh_column(column, [grid.text(row, at) for row in rows]) for at in (first, position)}
    best = position if scores[position] > scores[first] else first
    settled[best] = column
    settled[position if best == first else first] = theme
