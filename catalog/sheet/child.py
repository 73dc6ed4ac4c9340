"""The child process that opens sheets: `python -m catalog.sheet.child` under the limits of `datasets.sandbox`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog.errors import Invalid
from catalog.sheet.columns import ITEM, SheetColumn
from catalog.sheet.grid import Grid, Header, find_header, settle_columns
from catalog.sheet.grouping import Row, group_rows
from catalog.sheet.opening import Opened, open_grids
from catalog.sheet.reading import CellProblem, SheetReading, column_letter
from datasets.sandbox import Progress, serve_child

WARM = ("python_calamine", "openpyxl")
"""What the nursery imports before it forks a child for this module."""


def handle(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Answer one request: {"action": "read", "path", "max_rows"}, "grids" for the bare texts of the same, or
    {"action": "mark", …} (see `marking`)."""
    if request["action"] == "mark":
        from catalog.sheet.marking_child import mark

        return mark(Path(request["path"]), Path(request["target"]), request["marks"], request["legend"])
    opened = open_grids(Path(request["path"]), max_rows=request["max_rows"])
    if request["action"] == "grids":
        return {"grids": [_spread(grid) for grid in opened.grids]}
    return read_opened(opened).as_dict()


def read_opened(opened: Opened) -> SheetReading:
    """Find the table among the grids and read its entries.

    Raises Invalid("sheet_has_no_header") where no row holds known headers, Invalid("sheet_has_no_rows") below it.
    """
    found = [(header, index) for index, grid in enumerate(opened.grids) if (header := find_header(grid))]
    if not found:
        raise Invalid("sheet_has_no_header")
    header, index = max(found, key=lambda pair: (pair[0].matches, -pair[1]))
    grid = opened.grids[index]
    columns, unknown, repeated = settle_columns(grid, header)
    letters = {column.name: column_letter(at) for at, column in columns.items()}
    entries, problems = group_rows(_rows(grid, header, columns), letters)
    if not entries:
        raise Invalid("sheet_has_no_rows", sheet=grid.name)
    problems += [
        CellProblem(f"{column_letter(at)}{header.row + 1}", header.row + 1, "", code, {"value": text}, "warning")
        for code, places in (("header_repeats", repeated), ("header_is_unknown", unknown))
        for at, text in places
    ]
    problems += _lost_digits(opened, index, header, columns)
    return SheetReading(
        file_format=opened.file_format,
        sheet=grid.name,
        header_row=header.row + 1,
        letters=letters,
        entries=entries,
        problems=problems,
        encoding=opened.encoding,
    )


def _spread(grid: Grid) -> list[list[str]]:
    """The texts of a grid, those of merged cells in every row that they cover."""
    rows = [list(row) for row in grid.rows]
    for first, left, last, _right in grid.merged:
        for row in rows[first + 1 : last + 1]:
            if left < len(row) and not row[left]:
                row[left] = grid.text(first, left)
    return rows


def _rows(grid: Grid, header: Header, columns: Mapping[int, SheetColumn]) -> Iterator[Row]:
    title_at = next(at for at, column in columns.items() if column.name == "title")
    below = {
        row
        for first, left, last, right in grid.merged
        if left <= title_at <= right
        for row in range(first + 1, last + 1)
    }
    for row in range(header.row + 1, len(grid.rows)):
        entry: dict[str, str] = {}
        item: dict[str, str] = {}
        for at, column in columns.items():
            if text := grid.text(row, at):
                (item if column.level == "item" else entry)[column.name] = text
        yield Row(row + 1, entry, item, row in below)


def _lost_digits(opened: Opened, index: int, header: Header, columns: Mapping[int, SheetColumn]) -> list[CellProblem]:
    """Long numbers typed into text columns, whose last digits the spreadsheet has already thrown away."""
    return [
        CellProblem(f"{column_letter(at)}{row + 1}", row + 1, columns[at].name, "digits_are_lost", {})
        for grid, row, at in sorted(opened.lost_digits)
        if grid == index and row > header.row and at in columns and not columns[at].name.startswith(ITEM + "length")
    ]


def main() -> None:
    """Answer the one request of this process."""
    serve_child(handle)


if __name__ == "__main__":
    main()
