"""The "XML Spreadsheet 2003" of Excel, which many office systems write under the name of .xls."""

from __future__ import annotations

from pathlib import Path

from datasets.errors import Invalid, Problem
from datasets.ingest.encodings import Encoding
from datasets.ingest.markup_tables import MarkupTable
from datasets.ingest.markup_text import Attributes, local_name, make_parser, parse_pieces
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import ReadOptions
from datasets.ingest.source import SheetFacts, Source
from datasets.sandbox import Progress

NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"
HEAD_BYTES = 4096
MIDNIGHT = "T00:00:00.000"
BOOLEANS = {"1": "true", "0": "false"}


def is_spreadsheet(path: Path) -> bool:
    """Whether the XML declares the namespace of Excel 2003 at its beginning."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES).replace(b"\x00", b"")
    return NAMESPACE in head and b"Workbook" in head


def load_spreadsheet(
    path: Path, encoding: Encoding, options: ReadOptions, table: RawTable, progress: Progress
) -> Source:
    """Read one worksheet into `table`. Raises what `parse_pieces` raises, Invalid("worksheet_not_found" |
    "workbook_is_empty") and TooLarge("worksheet_is_too_large" | "too_many_columns")."""
    progress({"stage": "reading"})
    book = _Book()
    for _ in parse_pieces(make_parser(book.start, book.end, book.text), path, encoding.codec):
        pass
    sheet = _choose(book.sheets, options.sheet)
    table.append(sheet.rows)
    found = Source("xls", encoding, sheet=sheet.name, merges=sheet.clipped_merges())
    found.sheets = [SheetFacts(item.name, len(item.rows), item.width, item.is_hidden) for item in book.sheets]
    others = [item for item in book.sheets if item is not sheet]
    if others:
        found.warnings.append(Problem("", "other_sheets", sheet=sheet.name, others=[item.name for item in others[:20]]))
    found.texts = [(item.name, [cell for row in item.rows for cell in row if cell]) for item in others]
    hidden = [item.name for item in book.sheets if item.is_hidden]
    if hidden:
        found.warnings.append(Problem("", "hidden_sheets", sheets=hidden[:20]))
    return found


def _choose(sheets: list[MarkupTable], wanted: str | None) -> MarkupTable:
    if wanted is not None:
        for sheet in sheets:
            if sheet.name == wanted:
                return sheet
        raise Invalid("worksheet_not_found", sheet=wanted[:40], sheets=[sheet.name for sheet in sheets[:20]])
    shown = [sheet for sheet in sheets if not sheet.is_hidden and sheet.rows]
    wide = [sheet for sheet in shown if len(sheet.rows) > 1 and sheet.width > 1]
    if not shown:
        raise Invalid("workbook_is_empty", sheets=[sheet.name for sheet in sheets[:20]])
    return (wide or shown)[0]


class _Book:
    """Follows the parser through Worksheet, Row, Cell and Data."""

    def __init__(self) -> None:
        self.sheets: list[MarkupTable] = []
        self.pieces: list[str] | None = None
        self.kind = ""
        self.cell: tuple[int | None, int, int] | None = None
        self.value: str | None = None
        self.is_visible_part = False

    def start(self, tag: str, attributes: Attributes) -> None:
        name = local_name(tag)
        given = {local_name(key): value for key, value in attributes.items()}
        if name == "Worksheet":
            self.sheets.append(MarkupTable(given.get("Name", "")))
        elif not self.sheets:
            return
        elif name == "Row":
            self.sheets[-1].start_row(_number(given.get("Index"), 0) - 1 if "Index" in given else None)
        elif name == "Cell":
            place = _number(given.get("Index"), 0) - 1 if "Index" in given else None
            self.cell = (place, _number(given.get("MergeAcross"), 0) + 1, _number(given.get("MergeDown"), 0) + 1)
            self.value = None
        elif name in ("Data", "Visible"):
            self.pieces, self.kind = [], given.get("Type", "")

    def text(self, text: str) -> None:
        if self.pieces is not None:
            self.pieces.append(text)

    def end(self, tag: str) -> None:
        name = local_name(tag)
        if not self.sheets:
            return
        if name == "Data" and self.pieces is not None:
            self.value, self.pieces = _print("".join(self.pieces), self.kind), None
        elif name == "Visible" and self.pieces is not None:
            self.sheets[-1].is_hidden, self.pieces = "Hidden" in "".join(self.pieces), None
        elif name == "Cell" and self.cell is not None:
            index, across, down = self.cell
            self.sheets[-1].add(self.value, index=index, across=across, down=down)
            self.cell = None
        elif name == "Row":
            self.sheets[-1].end_row()


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else default


def _print(text: str, kind: str) -> str | None:
    if kind == "DateTime":
        return text.removesuffix(MIDNIGHT).removesuffix(".000").replace("T", " ")
    if kind == "Boolean":
        return BOOLEANS.get(text, text)
    return text if text and not text.isspace() else None
