"""Write the findings into the workbook itself: coloured cells, comments and a list of problems. Child process only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import MergedCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import Rule
from openpyxl.formula.translate import Translator
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from catalog.errors import Invalid
from catalog.sheet.grid import Grid, find_header
from catalog.sheet.marking_list import COLOURS, LIST_SHEET, Marks, Paint, write_list, write_text
from catalog.sheet.opening import open_grids
from catalog.sheet.reading import MAX_ROWS

AUTHOR = "目录校验"
"""Author of our comments: by it the marks of an earlier round are known and taken away."""
_RANK = {"error": 0, "gap": 1, "warning": 2}
_MAX_COMMENT = 1_500
_MAX_COMMENTS = 12_000
"""Comments of a sheet beyond which spreadsheet programs open slowly; further cells are coloured and listed only."""


def mark(path: Path, target: Path, marks: Marks, words: Mapping[str, str]) -> dict[str, Any]:
    """Copy the sheet at `path` to the .xlsx `target` with the marks in it; `words` are the texts of the list sheet.

    A .csv or .xls comes back as .xlsx with the same cells. Gives {"marked": number of coloured cells}.
    """
    book, sheet = _open(path)
    _unmark(book, sheet)
    by_cell: dict[str, list[Sequence[Any]]] = {}
    for entry in marks:
        if entry[0]:
            by_cell.setdefault(entry[0], []).append(entry)
    _move_hints(sheet)
    anchors = _anchors(sheet)
    paint = Paint()
    for address, found in by_cell.items():
        cell = sheet[anchors.get(address, address)]
        paint.apply(cell, _worst(found), lambda at, kind: setattr(at, "fill", _fill(COLOURS[kind])))
        if len(by_cell) <= _MAX_COMMENTS and not isinstance(cell, MergedCell):
            cell.comment = _comment(found)
    write_list(book, sheet, marks, words)
    book.active = book.worksheets.index(sheet)
    book.save(target)
    return {"marked": len(by_cell)}


def _open(path: Path) -> tuple[Workbook, Worksheet]:
    """The workbook and the sheet in it that was read. The path says nothing: stored files bear no extension."""
    opened = open_grids(path, max_rows=MAX_ROWS)
    headers = [(header.matches if header else -1, -at) for at, header in enumerate(map(find_header, opened.grids))]
    grid = opened.grids[-max(headers)[1]]
    if opened.file_format != "xlsx":
        return _rebuild(grid)
    try:
        with path.open("rb") as stream:
            book = load_workbook(stream)
        return book, book[grid.name]
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise Invalid("sheet_cannot_be_read") from error


def _rebuild(grid: Grid) -> tuple[Workbook, Worksheet]:
    """A plain workbook with the cells of a text file or an old workbook, every cell as text."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = (grid.name or "目录")[:31]
    for row, texts in enumerate(grid.rows, start=1):
        for column, text in enumerate(texts, start=1):
            if text:
                cell = sheet.cell(row, column)
                write_text(cell, text)
                cell.alignment = Alignment(vertical="top", wrap_text=len(text) > 20)
    header = find_header(grid)
    if header:
        for column in range(1, len(header.texts) + 1):
            sheet.cell(header.row + 1, column).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(column)].width = 16
        sheet.freeze_panes = sheet.cell(header.row + 2, 1).coordinate
    return book, sheet


def _unmark(book: Workbook, sheet: Worksheet) -> None:
    """Take away what an earlier round has marked."""
    if LIST_SHEET in book.sheetnames:
        del book[LIST_SHEET]
    paint = Paint()
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
            if cell.has_style and paint.is_ours(cell):
                paint.apply(cell, "", lambda at, _: setattr(at, "fill", PatternFill()))


def _anchors(sheet: Worksheet) -> dict[str, str]:
    """The upper left cell for every other cell of a merged range."""
    found = {}
    for area in sheet.merged_cells.ranges:
        anchor = sheet.cell(area.min_row, area.min_col).coordinate
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, area.max_col + 1):
                found[f"{get_column_letter(column)}{row}"] = anchor
    return found


def _worst(found: Sequence[Sequence[Any]]) -> str:
    return str(min((entry[1] for entry in found), key=_RANK.__getitem__))


def _move_hints(sheet: Worksheet) -> None:
    """Let rules that colour cells begin below the last filled row: they would cover the marks of blank cells."""
    kept = [(area.cells, rule) for area in sheet.conditional_formatting for rule in area.rules]
    sheet.conditional_formatting = ConditionalFormattingList()
    first = sheet.max_row + 1
    for places, rule in kept:
        if rule.dxf is None or rule.dxf.fill is None:
            sheet.conditional_formatting.add(str(places), rule)
            continue
        for area in places.ranges:
            if area.max_row >= first:
                _add_moved(sheet, area, rule, max(first, area.min_row))


def _add_moved(sheet: Worksheet, area: CellRange, rule: Rule, first: int) -> None:
    left, right = get_column_letter(area.min_col), get_column_letter(area.max_col)
    moved = copy(rule)
    moved.formula = [
        Translator(f"={formula}", origin=f"{left}{area.min_row}").translate_formula(f"{left}{first}")[1:]
        for formula in rule.formula
    ]
    sheet.conditional_formatting.add(f"{left}{first}:{right}{area.max_row}", moved)


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour)


def _comment(found: Sequence[Sequence[Any]]) -> Comment:
    text = "\n".join(dict.fromkeys(f"{entry[2]}：{entry[3]}" for entry in found))[:_MAX_COMMENT]
    height = 24 + 18 * sum(1 + len(line) // 22 for line in text.split("\n"))
    return Comment(ILLEGAL_CHARACTERS_RE.sub("", text), AUTHOR, height=height, width=320)
