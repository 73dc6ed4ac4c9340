"""Write the findings into the workbook itself: coloured cells, comments and a list of problems. Child process only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import Rule
from openpyxl.formula.translate import Translator
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from catalog.errors import Invalid
from catalog.sheet.grid import Grid, find_header
from catalog.sheet.opening import WIDEST_GRID, open_grids
from catalog.sheet.reading import MAX_ROWS
from catalog.sheet.template_style import FONT, lines_of
from catalog.sheet.workbook_guard import check_workbook
from datasets.ingest.file_kinds import find_kind

AUTHOR = "目录校验"
"""Author of our comments: by it the marks of an earlier round are known and taken away."""
LIST_SHEET = "问题清单"
COLOURS = {"error": "F8B4B0", "gap": "FFDDAA", "warning": "FFF3B8"}
"""Fill of a cell by the worst kind of its findings."""
_INK = {"error": "9C0006", "gap": "7A4300", "warning": "6B5900"}
_RANK = {"error": 0, "gap": 1, "warning": 2}
_THIN = Side(style="thin", color="D5DAE1")
_TEXT_WIDTH = 90
_MAX_COMMENT = 1_500
_MAX_COMMENTS = 12_000
"""Comments of a sheet beyond which spreadsheet programs open slowly; further cells are coloured and listed only."""

Marks = Sequence[Sequence[Any]]
"""[cell, kind, header, sentence] each."""


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
    for address, found in by_cell.items():
        _mark_cell(sheet, anchors.get(address, address), found, with_comment=len(by_cell) <= _MAX_COMMENTS)
    _write_list(book, sheet, marks, words)
    book.active = book.worksheets.index(sheet)
    book.save(target)
    return {"marked": len(by_cell)}


def _open(path: Path) -> tuple[Workbook, Worksheet]:
    """The workbook and the sheet in it that was read."""
    is_workbook = path.read_bytes()[:1] not in (b"[", b"{") and find_kind(path) == "zip"
    if is_workbook:
        check_workbook(path, max_rows=MAX_ROWS, max_columns=WIDEST_GRID)
    opened = open_grids(path, max_rows=MAX_ROWS)
    headers = [(header.matches if header else -1, -at) for at, header in enumerate(map(find_header, opened.grids))]
    grid = opened.grids[-max(headers)[1]]
    if not is_workbook:
        return _rebuild(grid)
    try:
        book = load_workbook(path)
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
                cell.value = text
                cell.data_type = "s"
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
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()
    ours = set(COLOURS.values())
    for row in sheet.iter_rows():
        for cell in row:
            if cell.has_style and str(cell.fill.fgColor.rgb)[-6:] in ours:
                cell.fill = PatternFill()


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


def _mark_cell(sheet: Worksheet, address: str, found: Sequence[Sequence[Any]], *, with_comment: bool) -> None:
    row, column = coordinate_to_tuple(address)
    cell = sheet.cell(row, column)
    kind = _worst(found)
    cell.fill = PatternFill("solid", fgColor=COLOURS[kind])
    font = copy(cell.font)
    cell.font = Font(name=font.name, size=font.size, bold=font.bold, color=_INK[kind])
    if with_comment and not isinstance(cell, MergedCell):
        text = "\n".join(dict.fromkeys(f"{entry[2]}：{entry[3]}" for entry in found))[:_MAX_COMMENT]
        comment = Comment(text, AUTHOR)
        comment.width = 320
        comment.height = 24 + 18 * sum(1 + len(line) // 22 for line in text.split("\n"))
        cell.comment = comment


def _write_list(book: Workbook, sheet: Worksheet, marks: Marks, words: Mapping[str, str]) -> None:
    """The sheet "问题清单": every finding in order, each with a link to its cell."""
    listing = book.create_sheet(LIST_SHEET, book.worksheets.index(sheet) + 1)
    listing.sheet_properties.tabColor = "C0392B"
    listing.append([words["title"]])
    listing["A1"].font = Font(name=FONT, size=14, bold=True, color="1F3A5F")
    listing.append([words["note"]])
    listing["A2"].font = Font(name=FONT, size=10, color="5B6673")
    listing.append([words["cell"], words["column"], words["kind"], words["text"]])
    for cell in listing[3]:
        cell.font = Font(name=FONT, size=10, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F3A5F")
        cell.alignment = Alignment(vertical="center")
    for number, (address, kind, header, text) in enumerate(marks, start=4):
        _write_finding(
            listing, number, (str(address), str(header), words[str(kind)], str(text)), str(kind), sheet.title
        )
    for letter, width in (("A", 10), ("B", 20), ("C", 16), ("D", _TEXT_WIDTH)):
        listing.column_dimensions[letter].width = width
    listing.page_setup.orientation = "landscape"
    listing.page_setup.fitToHeight = 0
    listing.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    listing.row_dimensions[1].height = 26
    listing.row_dimensions[3].height = 20
    listing.freeze_panes = "A4"
    listing.auto_filter.ref = f"A3:D{max(4, 3 + len(marks))}"


def _write_finding(
    listing: Worksheet, number: int, texts: tuple[str, str, str, str], kind: str, sheet_title: str
) -> None:
    for column, text in enumerate(texts, start=1):
        cell = listing.cell(number, column)
        assert isinstance(cell, Cell)
        cell.value = text
        cell.data_type = "s"
        cell.alignment = Alignment(vertical="top", wrap_text=column == len(texts))
        cell.font = Font(name=FONT, size=10)
        cell.border = Border(bottom=_THIN)
    listing.row_dimensions[number].height = 4 + 15 * lines_of(texts[-1], _TEXT_WIDTH)
    listing.cell(number, 3).fill = PatternFill("solid", fgColor=COLOURS[kind])
    if texts[0]:
        quoted = sheet_title.replace("'", "''")
        listing.cell(number, 1).hyperlink = f"#'{quoted}'!{texts[0]}"
        listing.cell(number, 1).font = Font(name=FONT, size=10, color="1F5FBF", underline="single")
