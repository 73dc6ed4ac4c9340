"""The sheet "问题清单" of a marked workbook, and paint that makes each style only once. Child process only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from catalog.sheet.template_style import FONT, lines_of

LIST_SHEET = "问题清单"
COLOURS = {"error": "F8B4B0", "gap": "FFDDAA", "warning": "FFF3B8"}
"""Fill of a cell by the worst kind of its findings."""
_TEXT_WIDTH = 90
_WIDTHS = {"A": 10, "B": 20, "C": 16, "D": _TEXT_WIDTH}
_THIN = Side(style="thin", color="D5DAE1")

Marks = Sequence[Sequence[Any]]
"""[cell, kind, header, sentence] each."""


class Paint:
    """Styles cells of one workbook. Setting a style costs openpyxl milliseconds, so each is made once and copied."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Any] = {}
        self._ours: dict[int, bool] = {}

    def apply(self, cell: Any, kind: str, change: Callable[[Any, str], None]) -> None:
        """Let `change(cell, kind)` restyle the cell, or repeat what it did to a cell of the same style."""
        key = (kind, *(cell._style or ()))
        if key not in self._made:
            change(cell, kind)
            self._made[key] = copy(cell._style)
        cell._style = copy(self._made[key])

    def is_ours(self, cell: Any) -> bool:
        """Whether the cell has one of the fills of COLOURS."""
        fill = cell._style.fillId
        if fill not in self._ours:
            self._ours[fill] = str(cell.fill.fgColor.rgb)[-6:] in COLOURS.values()
        return self._ours[fill]


def write_list(book: Workbook, sheet: Worksheet, marks: Marks, words: Mapping[str, str]) -> None:
    """Add the list behind `sheet`: every finding in order, each with a link to its cell."""
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
    paint = Paint()
    quoted = sheet.title.replace("'", "''")
    for number, (address, kind, header, text) in enumerate(marks, start=4):
        texts = (str(address), str(header), words[str(kind)], str(text))
        for column, cell_text in enumerate(texts, start=1):
            _write_cell(listing.cell(number, column), cell_text, paint, f"{column}{kind}")
        if address:
            link = Hyperlink(ref=f"A{number}", location=f"'{quoted}'!{address}", display=str(address))
            listing.cell(number, 1).hyperlink = link
        listing.row_dimensions[number].height = 4 + 15 * lines_of(str(text), _TEXT_WIDTH)
    _set_page(listing, len(marks))


def write_text(cell: Any, text: str) -> None:
    """A text as a text, never as a formula, and without the characters that a workbook cannot hold."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"


def _write_cell(cell: Any, text: str, paint: Paint, key: str) -> None:
    write_text(cell, text)
    paint.apply(cell, key, _style)


def _style(cell: Any, key: str) -> None:
    column, kind = int(key[0]), key[1:]
    link = {"color": "1F5FBF", "underline": "single"} if column == 1 else {}
    cell.font = Font(name=FONT, size=10, **link)
    cell.alignment = Alignment(vertical="top", wrap_text=column == len(_WIDTHS))
    cell.border = Border(bottom=_THIN)
    if column == 3:
        cell.fill = PatternFill("solid", fgColor=COLOURS[kind])


def _set_page(listing: Worksheet, count: int) -> None:
    for letter, width in _WIDTHS.items():
        listing.column_dimensions[letter].width = width
    listing.page_setup.orientation = "landscape"
    listing.page_setup.fitToHeight = 0
    listing.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    listing.row_dimensions[1].height = 26
    listing.row_dimensions[3].height = 20
    listing.freeze_panes = "A4"
    listing.auto_filter.ref = f"A3:D{max(4, 3 + count)}"
