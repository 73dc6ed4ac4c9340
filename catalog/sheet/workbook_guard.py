"""Look at a workbook's parts before a library allocates a grid for them: a 4.6 KB file can claim 17 billion cells."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from catalog.errors import Invalid, TooLarge
from datasets.ingest.zip_check import check_zip

MAX_PART_BYTES = 256 << 20
"""Uncompressed bytes of all parts together."""
MAX_MERGED = 50_000
"""Merged ranges of one sheet."""
_CHUNK = 1 << 20
_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell ")
_OVERLAP = 64
"""Bytes kept between chunks, so that a tag cut in two is still seen."""


def check_workbook(path: Path, *, max_rows: int, max_columns: int) -> None:
    """Raise unless the zip is a workbook of a believable size.

    Raises what `check_zip` raises; Invalid("sheet_is_no_workbook") for other zips; Invalid("sheet_cannot_be_read")
    for a document type declaration (an entity bomb or a reach for other files); TooLarge("sheet_is_too_large" |
    "sheet_has_too_many_rows" | "sheet_has_too_many_columns" | "sheet_has_too_many_merged_cells").
    """
    parts = check_zip(path)
    if sum(part.file_size for part in parts) > MAX_PART_BYTES:
        raise TooLarge("sheet_is_too_large", megabytes=MAX_PART_BYTES >> 20)
    if not {part.filename for part in parts} & {"[Content_Types].xml", "content.xml"}:
        raise Invalid("sheet_is_no_workbook")
    try:
        with zipfile.ZipFile(path) as archive:
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _check_part(archive, part, max_rows, max_columns)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, OSError) as error:
        raise Invalid("sheet_cannot_be_read") from error


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, max_rows: int, max_columns: int) -> None:
    is_sheet = "worksheets/" in part.filename
    rest, read, merged = b"", 0, 0
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            if read == 0 and b"<!DOCTYPE" in chunk[:_CHUNK].upper():
                raise Invalid("sheet_cannot_be_read")
            read += len(chunk)
            if read > MAX_PART_BYTES:
                raise TooLarge("sheet_is_too_large", megabytes=MAX_PART_BYTES >> 20)
            if is_sheet:
                _check_cells(rest + chunk, max_rows, max_columns)
                merged += len(_MERGED.findall(chunk))
                rest = chunk[-_OVERLAP:]
    if merged > MAX_MERGED:
        raise TooLarge("sheet_has_too_many_merged_cells", limit=MAX_MERGED)


def _check_cells(chunk: bytes, max_rows: int, max_columns: int) -> None:
    rows, columns = 0, 0
    for letters, number in _CELL.findall(chunk):
        rows = max(rows, int(number))
        columns = max(columns, _index(letters))
    if rows > max_rows:
        raise TooLarge("sheet_has_too_many_rows", rows=rows, limit=max_rows)
    if columns > max_columns:
        raise TooLarge("sheet_has_too_many_columns", columns=columns, limit=max_columns)


def _index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index
