"""Looking over an .xlsx or .ods before a spreadsheet library may open it.

One cell at XFD1048576, a merge over a million rows or an entity in the XML is enough to stall or fill any reader, so
the parts are streamed once and measured here. The same pass notes what the reader does not tell: hidden rows and
columns, comments, and numbers that the sheet shows with leading zeros or as percentages.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from datasets.errors import Invalid, TooLarge
from datasets.ingest.shown_cells import ShownCells, Styles, column_number, read_styles
from datasets.ingest.zip_check import check_zip

CHUNK = 4 << 20
OVERLAP = 4096
"""Longest tag that may straddle two pieces."""
MAX_CELLS = 6_000_000
MAX_AREA = 12_000_000
"""Rows × columns of the filled rectangle: readers hold it densely."""
MAX_MERGES = 200_000
MAX_ROWS = 1_048_576
MAX_ODS_BYTES = 256 << 20
MAX_SMALL_PART = 16 << 20

ADDRESS = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
FILLED_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*(?<!/)>")
CELL_STARTS = (b"<c ", b"<c>", b":c ", b":c>")
CELL_TAG = re.compile(rb"<(?:\w+:)?c[\s>]")
ROW_TAG = re.compile(rb"<(?:\w+:)?row[\s/>]")
HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*\bhidden="(?:1|true)"')
HIDDEN_COLUMN = re.compile(rb'<(?:\w+:)?col\s[^>]*\bhidden="(?:1|true)"')
ODS_REPEAT = re.compile(rb'table:number-(rows|columns)-repeated="(\d+)"')
ODS_COMMENT = re.compile(rb"<office:annotation[\s>].*?</office:annotation>", re.S)
ODS_TEXT = re.compile(rb">([^<>\s][^<>]*)<")
PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml", "meta.xml")
TEXT_NODE = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)</")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(slots=True)
class SheetScan:
    """What one worksheet holds: filled cells, the furthest filled row and column (1-based), merges, hidden parts."""

    cells: int = 0
    rows: int = 0
    columns: int = 0
    merges: int = 0
    hidden_rows: int = 0
    hidden_columns: int = 0
    shown: ShownCells = field(default_factory=lambda: ShownCells({}))


@dataclass(slots=True)
class WorkbookScan:
    """The kind ("xlsx", "xlsb" or "ods"), its sheets by name (only for xlsx), the text of all comments and what the
    properties of the document say (author, company, title, …)."""

    kind: str
    sheets: dict[str, SheetScan] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    properties: list[str] = field(default_factory=list)


def scan_workbook(path: Path) -> WorkbookScan:
    """Check and measure the archive at `path`.

    Raises what `check_zip` raises, and Invalid("zip_is_no_workbook" | "file_is_a_document" |
    "workbook_has_doctype") or TooLarge("worksheet_is_too_large" | "too_many_merged_cells").
    """
    members = {member.filename: member for member in check_zip(path)}
    kind = _find_kind(members)
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_doctypes(archive, members)
            scan = SCANS[kind](archive, members)
            scan.properties = [text for part in PROPERTIES if part in members for text in _texts(archive, part)]
            return scan
    except (zipfile.BadZipFile, zlib.error, EOFError, ParseError, KeyError, NotImplementedError):
        raise Invalid("workbook_is_broken") from None


def is_office(names: set[str]) -> bool:
    """Whether a zip with members of these names is a file of an office suite, workbook or not."""
    return "[Content_Types].xml" in names or "content.xml" in names or any(name.startswith("xl/") for name in names)


def _find_kind(members: dict[str, zipfile.ZipInfo]) -> str:
    if "xl/workbook.bin" in members:
        return "xlsb"
    if "xl/workbook.xml" in members:
        return "xlsx"
    if "word/document.xml" in members or "ppt/presentation.xml" in members:
        raise Invalid("file_is_a_document", kind="Word / PowerPoint")
    if "content.xml" in members and "META-INF/manifest.xml" in members:
        return "ods"
    raise Invalid("zip_is_no_workbook", count=len(members), names=list(members)[:10])


def _refuse_doctypes(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> None:
    """No part of an honest workbook declares a document type; an entity bomb or a file inclusion needs one."""
    for name in members:
        if name.endswith((".xml", ".rels", ".vml")):
            with archive.open(name) as part:
                head = part.read(OVERLAP)
            if b"<!DOCTYPE" in head.upper() or head.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise Invalid("workbook_has_doctype")


def _scan_xlsx(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> WorkbookScan:
    scan = WorkbookScan("xlsx")
    styles = _read_styles(archive, members)
    for name, part in _sheet_parts(archive, members).items():
        if part in members:
            scan.sheets[name] = _scan_sheet(archive, part, styles)
    for name in members:
        if re.match(r"xl/(?:threadedC|c)omments[^/]*\.xml$|xl/threadedComments/", name):
            content = _read_small(archive, name)
            scan.comments += [text.decode("utf-8", "replace") for text in TEXT_NODE.findall(content)]
    return scan


def _scan_sheet(archive: zipfile.ZipFile, part: str, styles: Styles) -> SheetScan:
    """Measure a sheet. Cells that are only formatted count at first; they are told apart only where that matters."""
    sheet = SheetScan(shown=ShownCells(styles))
    for piece in _pieces(archive, part):
        _measure(sheet, piece, ADDRESS)
        sheet.merges += piece.count(b"mergeCell ")
        if b"hidden=" in piece:
            sheet.hidden_rows += len(HIDDEN_ROW.findall(piece))
            sheet.hidden_columns += len(HIDDEN_COLUMN.findall(piece))
        sheet.shown.note(piece)
    if sheet.merges > MAX_MERGES:
        raise TooLarge("too_many_merged_cells", limit=MAX_MERGES)
    if not _is_small(sheet):
        exact = SheetScan()
        for piece in _pieces(archive, part):
            _measure(exact, piece, FILLED_CELL)
        sheet.cells, sheet.rows, sheet.columns = exact.cells, exact.rows, exact.columns
    if not _is_small(sheet):
        raise TooLarge("worksheet_is_too_large", rows=sheet.rows, columns=sheet.columns, limit=MAX_CELLS)
    return sheet


def _measure(sheet: SheetScan, piece: bytes, pattern: re.Pattern[bytes]) -> None:
    """Add the addressed cells of `piece`. A sheet may leave addresses out; then its rows are counted cell by cell."""
    found = pattern.findall(piece)
    tags = sum(map(piece.count, CELL_STARTS)) if pattern is ADDRESS else 0
    sheet.cells += max(len(found), tags)
    sheet.rows = max(sheet.rows, max(map(int, {row for _, row in found}), default=0))
    sheet.columns = max(sheet.columns, max(map(column_number, {column for column, _ in found}), default=0))
    if tags > len(found):
        rows = [len(CELL_TAG.findall(row)) for row in ROW_TAG.split(piece)]
        sheet.rows += len(rows)
        sheet.columns = max(sheet.columns, *rows)
    if sheet.rows > MAX_ROWS or (pattern is FILLED_CELL and not _is_small(sheet)):
        raise TooLarge("worksheet_is_too_large", rows=sheet.rows, columns=sheet.columns, limit=MAX_CELLS)


def _is_small(sheet: SheetScan) -> bool:
    return sheet.cells <= MAX_CELLS and sheet.rows * sheet.columns <= MAX_AREA


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part in pieces that end behind a ">", so that no tag is cut."""
    with archive.open(part) as stream:
        rest = b""
        while chunk := stream.read(CHUNK):
            cut = chunk.rfind(b">") + 1
            yield rest + chunk[:cut]
            rest = chunk[cut:] if cut else rest + chunk
            if len(rest) > CHUNK:
                raise Invalid("workbook_is_broken")


def _sheet_parts(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> dict[str, str]:
    """Sheet name → its part."""
    targets = {}
    if "xl/_rels/workbook.xml.rels" in members:
        for relation in _parse_small(archive, "xl/_rels/workbook.xml.rels"):
            target = relation.get("Target", "")
            targets[relation.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    parts = {}
    for element in _parse_small(archive, "xl/workbook.xml").iter():
        if element.tag.endswith("}sheet"):
            parts[element.get("name", "")] = targets.get(element.get(RELATION), "")
    return parts


def _read_styles(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> Styles:
    return read_styles(_parse_small(archive, "xl/styles.xml")) if "xl/styles.xml" in members else {}


def _parse_small(archive: zipfile.ZipFile, part: str) -> Any:
    from defusedxml.ElementTree import fromstring

    return fromstring(_read_small(archive, part), forbid_dtd=True)


def _read_small(archive: zipfile.ZipFile, part: str) -> bytes:
    if archive.getinfo(part).file_size > MAX_SMALL_PART:
        raise TooLarge("file_unpacks_too_large", megabytes=archive.getinfo(part).file_size >> 20)
    return archive.read(part)


def _texts(archive: zipfile.ZipFile, part: str) -> list[str]:
    """All text between the tags of a small part."""
    found = (text.strip() for text in _parse_small(archive, part).itertext())
    return [text for text in found if text]


def _scan_xlsb(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> WorkbookScan:
    """Its sheets are binary records, which only the reader knows; the limits of the process hold it."""
    return WorkbookScan("xlsb")


def _scan_ods(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> WorkbookScan:
    """Repeats multiply cells: what follows a repeated row or column must stay within the area that readers can hold."""
    if members["content.xml"].file_size > MAX_ODS_BYTES:
        raise TooLarge("file_unpacks_too_large", megabytes=members["content.xml"].file_size >> 20)
    scan = WorkbookScan("ods")
    repeated = {b"rows": 0, b"columns": 0}
    for piece in _pieces(archive, "content.xml"):
        for note in ODS_COMMENT.findall(piece) if b"<office:annotation" in piece else ():
            scan.comments += [text.decode("utf-8", "replace") for text in ODS_TEXT.findall(note)]
        for tag in re.findall(rb"<table:table-(?:row|cell)\b[^>]*(?<!/)>", piece):
            for axis, count in ODS_REPEAT.findall(tag):
                repeated[axis] = max(repeated[axis], int(count))
    if max(1, repeated[b"rows"]) * max(1, repeated[b"columns"]) > MAX_AREA:
        raise TooLarge("worksheet_is_too_large", rows=repeated[b"rows"], columns=repeated[b"columns"], limit=MAX_CELLS)
    return scan


SCANS = {"xlsx": _scan_xlsx, "ods": _scan_ods, "xlsb": _scan_xlsb}
"""Kind of workbook → how its parts are looked over."""
