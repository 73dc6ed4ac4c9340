"""A sheet of a workbook (.xlsx, .xls, .ods) on its way into the raw table; the other sheets are only searched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from datasets.errors import Invalid, Problem, TooLarge
from datasets.ingest.cells import print_cell
from datasets.ingest.raw_table import RawTable, Row
from datasets.ingest.reading import ReadOptions
from datasets.ingest.shown_cells import ShownCells
from datasets.ingest.source import SheetFacts, Source
from datasets.ingest.tables import Merge
from datasets.ingest.workbook_scan import MAX_AREA, SheetScan, WorkbookScan, scan_workbook
from datasets.sandbox import Progress

MAX_FILLED_MERGE = 2_000_000
"""Cells that merged ranges may spread their value over."""
SEARCHED_CELLS = 3_000_000
"""Cells of other sheets that are searched for personal data."""


def load_zipped(path: Path, options: ReadOptions, table: RawTable, work: Path, progress: Progress) -> Source:
    """Read one sheet of the .xlsx or .ods at `path` into `table`.

    Raises what `load_xls` raises, and what `scan_workbook` raises.
    """
    progress({"stage": "checking"})
    return _load(path, scan_workbook(path), options, table, progress)


def load_xls(path: Path, options: ReadOptions, table: RawTable, work: Path, progress: Progress) -> Source:
    """Read one sheet of the .xls at `path` into `table`.

    Raises Invalid("workbook_is_broken" | "workbook_is_encrypted" | "worksheet_not_found" | "workbook_is_empty") and
    TooLarge("worksheet_is_too_large").
    """
    return _load(path, WorkbookScan("xls"), options, table, progress)


def _load(path: Path, scan: WorkbookScan, options: ReadOptions, table: RawTable, progress: Progress) -> Source:
    book = _open(path)
    names, hidden = _list_sheets(book)
    chosen, sheet = _choose(book, names, hidden, options.sheet)
    source = Source(scan.kind, sheet=chosen, sheets=[_facts(book, name, name in hidden) for name in names])
    measured = scan.sheets.get(chosen, SheetScan())
    _require_area(sheet)
    progress({"stage": "reading"})
    source.merges = _merges(sheet)
    table.append(_rows(sheet, measured.shown, source.merges))
    _note_parts(source, measured, hidden)
    source.texts = _other_texts(book, [name for name in names if name != chosen])
    source.texts += [
        (place, texts) for place, texts in (("批注", scan.comments), ("文档属性", scan.properties)) if texts
    ]
    return source


def _facts(book: Any, name: str, is_hidden: bool) -> SheetFacts:
    rows, columns = _extent(_sheet(book, name))
    return SheetFacts(name, rows, columns, is_hidden)


def _open(path: Path) -> Any:
    import python_calamine as calamine

    try:
        return calamine.load_workbook(str(path))
    except calamine.PasswordError:
        raise Invalid("workbook_is_encrypted") from None
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError, ValueError):
        raise Invalid("workbook_is_broken") from None


def _list_sheets(book: Any) -> tuple[list[str], list[str]]:
    """All worksheets, and those of them that are hidden."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [item for item in book.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
    return [item.name for item in sheets], [item.name for item in sheets if item.visible != SheetVisibleEnum.Visible]


def _sheet(book: Any, name: str) -> Any:
    import python_calamine as calamine

    try:
        return book.get_sheet_by_name(name)
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError, ValueError):
        raise Invalid("workbook_is_broken") from None


def _choose(book: Any, names: list[str], hidden: list[str], wanted: str | None) -> tuple[str, Any]:
    """The wanted sheet, else the first visible one that holds more than a few notes, else the first with anything."""
    if wanted is not None:
        if wanted not in names:
            raise Invalid("worksheet_not_found", sheet=wanted[:40], sheets=names[:20])
        return wanted, _sheet(book, wanted)
    opened = [(name, _sheet(book, name)) for name in names if name not in hidden]
    for name, sheet in opened:
        if sheet.height > 1 and sheet.width > 1:
            return name, sheet
    for name, sheet in opened:
        if sheet.height:
            return name, sheet
    raise Invalid("workbook_is_empty", sheets=names[:20])


def _require_area(sheet: Any) -> None:
    height, width = _extent(sheet)
    if height * width > MAX_AREA:
        raise TooLarge("worksheet_is_too_large", rows=height, columns=width, limit=MAX_AREA)


def _extent(sheet: Any) -> tuple[int, int]:
    """Rows and columns from A1 to the last filled cell."""
    last_row, last_column = sheet.end or (-1, -1)
    return last_row + 1, last_column + 1


def _merges(sheet: Any) -> list[Merge]:
    """Merged ranges within the filled area; the rest is decoration."""
    height, width = _extent(sheet)
    ranges = sheet.merged_cell_ranges or []
    clipped = [(top, left, min(bottom, height - 1), min(right, width - 1)) for (top, left), (bottom, right) in ranges]
    everything = (0, 0, height - 1, width - 1)
    return [merge for merge in clipped if merge[0] < height and merge[1] < width and merge != everything]


def _rows(sheet: Any, shown: ShownCells, merges: list[Merge]) -> Iterator[Row]:
    """All rows from the sheet's first one on; cells under a vertical merge repeat its value."""
    below: dict[int, list[Merge]] = {}
    spread = 0
    for merge in merges:
        spread += (merge[2] - merge[0] + 1) * (merge[3] - merge[1] + 1)
        if merge[2] > merge[0] and spread < MAX_FILLED_MERGE:
            for covered in range(merge[0], merge[2] + 1):
                below.setdefault(covered, []).append(merge)
    held: dict[Merge, str | None] = {}
    for number, values in enumerate(sheet.iter_rows()):
        row: Row = _print_shown(number, values, shown) if shown else [print_cell(value) for value in values]
        for merge in below.get(number, ()):
            top, left, _, right = merge
            if number == top:
                held[merge] = row[left] if left < len(row) else None
            row[left : right + 1] = [held.get(merge)] * (min(right + 1, len(row)) - left)
        yield row


def _print_shown(number: int, values: Sequence[object], shown: ShownCells) -> Row:
    return [print_cell(value, shown=shown.code(number, column)) for column, value in enumerate(values)]


def _note_parts(source: Source, measured: SheetScan, hidden: list[str]) -> None:
    others = [sheet.name for sheet in source.sheets if sheet.name != source.sheet]
    if others:
        source.warnings.append(Problem("", "other_sheets", sheet=source.sheet, others=others[:20]))
    if hidden:
        source.warnings.append(Problem("", "hidden_sheets", sheets=hidden[:20]))
    if measured.hidden_rows or measured.hidden_columns:
        parts = {"rows": measured.hidden_rows, "columns": measured.hidden_columns}
        source.warnings.append(Problem("", "hidden_rows_or_columns", **parts))


def _other_texts(book: Any, names: list[str]) -> list[tuple[str, list[str]]]:
    """Cells of sheets that are not read as the table, hidden ones too: the delivered original carries them."""
    texts = []
    budget = SEARCHED_CELLS
    for name in names:
        sheet = _sheet(book, name)
        height, width = _extent(sheet)
        if height * width > MAX_AREA:
            continue
        cells = (print_cell(value) for values in sheet.iter_rows() for value in values)
        found = list(islice((cell for cell in cells if cell and len(cell) > 10), budget))
        budget -= len(found)
        texts.append((name, found))
    return texts
