"""Open an untrusted sheet as grids of texts, by its content and not by its name. Runs in the child process only."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.errors import Invalid, TooLarge
from catalog.sheet.grid import Grid, find_header
from catalog.sheet.reading import MAX_COLUMNS
from catalog.sheet.workbook_guard import check_workbook
from datasets.ingest.encodings import decode, find_encoding
from datasets.ingest.file_kinds import find_kind

MAX_TEXT_BYTES = 256 << 20
"""Bytes of a text sheet after decompression."""
EXACT_DIGITS = 10**15
"""From here on a spreadsheet's number has lost digits: 18-digit codes typed as numbers end in zeros."""
WIDEST_GRID = 2_000
"""Columns up to which a workbook is opened at all: formats often reach beyond the used columns."""
SHEET_KINDS = frozenset({"text", "zip", "xls"})
_DELIMITERS = (",", "\t", ";", "，", "|")


@dataclass(frozen=True, slots=True)
class Opened:
    """The grids of a file, the kind of file it is, its encoding if it is text, and cells whose digits are lost."""

    file_format: str
    grids: list[Grid]
    encoding: str | None = None
    lost_digits: frozenset[tuple[int, int, int]] = frozenset()
    """(grid, row, column), 0-based."""


def open_grids(path: Path, *, max_rows: int) -> Opened:
    """The grids of an .xlsx, .xls, .ods, delimited text or JSON list, the latter two also gzipped.

    Raises Invalid or TooLarge: the codes of `find_kind`, `check_zip` and `find_encoding`, "json_is_not_a_list",
    "sheet_cannot_be_read", "sheet_has_too_many_rows", "sheet_has_too_many_columns", "sheet_is_too_large".
    """
    path = _unpacked(path)
    is_json = _looks_like_json(path)
    kind = "text" if is_json else _sheet_kind(path)
    opened = _open_text(path, is_json) if kind == "text" else _open_workbook(path, kind, max_rows)
    for grid in opened.grids:
        _check_size(grid, max_rows)
    return opened


def _sheet_kind(path: Path) -> str:
    """A kind of file in which departments fill in sheets; data files come in more kinds."""
    kind = find_kind(path)
    if kind == "html":
        raise Invalid("file_is_html")
    if kind not in SHEET_KINDS:
        raise Invalid("format_not_supported", kind=kind.upper())
    return kind


def _unpacked(path: Path) -> Path:
    """A gzipped list (other portals' catalogs are delivered so) unpacked beside; any other file as it is."""
    with path.open("rb") as stream:
        if stream.read(2) != b"\x1f\x8b":
            return path
    target = Path("unpacked")
    try:
        with gzip.open(path) as stream, target.open("wb") as out:
            size = 0
            while chunk := stream.read(1 << 20):
                size += out.write(chunk)
                if size > MAX_TEXT_BYTES:
                    raise TooLarge("sheet_is_too_large", megabytes=MAX_TEXT_BYTES >> 20)
    except (OSError, EOFError) as error:
        raise Invalid("sheet_cannot_be_read") from error
    return target


def _looks_like_json(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")


def _check_size(grid: Grid, max_rows: int) -> None:
    if len(grid.rows) > max_rows:
        raise TooLarge("sheet_has_too_many_rows", rows=len(grid.rows), limit=max_rows)
    width = max(map(len, grid.rows), default=0)
    if width > MAX_COLUMNS:
        used = max((at + 1 for row in grid.rows for at, text in enumerate(row) if text.strip()), default=0)
        if used > MAX_COLUMNS:
            raise TooLarge("sheet_has_too_many_columns", columns=used, limit=MAX_COLUMNS)


def _open_workbook(path: Path, kind: str, max_rows: int) -> Opened:
    import python_calamine as calamine

    if kind == "zip":
        check_workbook(path, max_rows=max_rows, max_columns=WIDEST_GRID)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Invalid("sheet_cannot_be_read") from error
    grids: list[Grid] = []
    lost: set[tuple[int, int, int]] = set()
    visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == calamine.SheetVisibleEnum.Visible]
    for name in visible or book.sheet_names:
        try:
            sheet = book.get_sheet_by_name(name)
            cells = sheet.to_python(skip_empty_area=False)
        except (calamine.CalamineError, ValueError) as error:
            raise Invalid("sheet_cannot_be_read") from error
        merged = tuple((a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
        lost |= {(len(grids), *place) for place in _lost_digits(cells)}
        grids.append(Grid(name, [[_text(cell) for cell in row] for row in cells], merged))
    return Opened(_format_of(path) if kind == "zip" else "xls", grids, lost_digits=frozenset(lost))


def _format_of(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return "ods" if "content.xml" in archive.namelist() else "xlsx"


def _lost_digits(cells: Iterable[Sequence[Any]]) -> set[tuple[int, int]]:
    return {
        (row, column)
        for row, texts in enumerate(cells)
        for column, cell in enumerate(texts)
        if isinstance(cell, float) and abs(cell) >= EXACT_DIGITS
    }


def _text(cell: Any) -> str:
    """A cell as a person reads it: whole numbers without ".0", days as ISO dates, truth as 是/否."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return str(cell.date() if cell.time() == dt.time() else cell.replace(microsecond=0))
    return "" if cell is None else str(cell)


def _open_text(path: Path, is_json: bool) -> Opened:
    if path.stat().st_size > MAX_TEXT_BYTES:
        raise TooLarge("sheet_is_too_large", megabytes=MAX_TEXT_BYTES >> 20)
    encoding = find_encoding(path)
    text = "".join(decode(path, encoding.codec))
    if is_json:
        return Opened("json", [_json_grid(text)], encoding.codec)
    return Opened("csv", [_csv_grid(text)], encoding.codec)


def _csv_grid(text: str) -> Grid:
    """The grid of the delimiter under which most headers are known."""
    best: tuple[int, Grid] | None = None
    for delimiter in _DELIMITERS:
        if delimiter not in text:
            continue
        grid = Grid("", _csv_rows(text, delimiter))
        header = find_header(grid)
        matches = header.matches if header else 0
        if best is None or matches > best[0]:
            best = (matches, grid)
    return best[1] if best else Grid("", _csv_rows(text, ","))


def _csv_rows(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(1 << 24)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Invalid("sheet_cannot_be_read") from error


def _json_grid(text: str) -> Grid:
    """A JSON list of objects as a grid whose header is the keys in order of appearance."""
    try:
        records = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("json_is_not_a_list") from error
    if isinstance(records, dict):
        records = next((value for value in records.values() if isinstance(value, list)), None)
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise Invalid("json_is_not_a_list")
    keys = list(dict.fromkeys(key for record in records for key in record))
    return Grid("", [keys, *([_json_text(record.get(key)) for key in keys] for record in records)])


def _json_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_json_text(part) for part in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
