"""A delimited text file on its way into the raw table."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from datasets.errors import Invalid, Problem
from datasets.ingest.dialects import ALIGNED, NO_DELIMITERS, SEPARATOR_LINE, Dialect, find_dialect
from datasets.ingest.encodings import ENCODINGS, decode, find_encoding
from datasets.ingest.raw_table import WIDE, RawTable, Row, clean_row
from datasets.ingest.reading import ReadOptions
from datasets.ingest.source import Source
from datasets.ingest.stray_quotes import CarefulReader
from datasets.sandbox import Progress

SAMPLE_CHARACTERS = 1 << 18
FAST_BYTES = 4 << 20
"""From this size on a regular file is loaded by DuckDB's own reader; both ways give the same rows."""
UTF8 = ("utf-8", "utf-8-sig")
HEAD_BYTES = 4096
"""A NUL in so many first bytes is of UTF-16, or of no text."""
BOM = "\ufeff"
BLANK_LINE = re.compile(rb"\n(?:\r?\n)+[^\r\n]")
MARGIN = 64
"""Bytes of the piece before that are looked at again with the next one."""
FAST_SAMPLE = 2000
"""Records that must be regular before DuckDB's reader is tried at all."""
ODD_ROWS = 200
"""Records of each unusual width that are remembered."""


def load_text(path: Path, options: ReadOptions, table: RawTable, work: Path, progress: Progress) -> Source:
    """Read the file at `path` into `table`.

    Raises Invalid: what `find_encoding` raises, "text_contains_nul", "cell_is_too_long" (row=…),
    "quote_never_closes" (row=…, line=…), "delimiter_is_bad".
    """
    if options.encoding is None and (at_once := _load_utf8(path, options, table, progress)):
        return at_once
    progress({"stage": "decoding"})
    encoding = find_encoding(path, options.encoding)
    source = path
    if encoding.codec not in UTF8:
        source = work / "utf8.csv"
        _transcode(path, encoding.codec, source)
    warnings = _survey(source)
    if not encoding.is_certain:
        names = [ENCODINGS.get(codec, codec) for codec in [encoding.codec, *encoding.alternatives]]
        warnings.append(Problem("", "encoding_uncertain", encoding=names[0], alternatives=names[1:]))
    dialect = _choose_dialect(source, options)
    found = Source(_format_of(dialect), encoding, dialect, warnings=warnings)
    progress({"stage": "reading"})
    was_tried = source is path and options.encoding is None
    if was_tried or not _load_fast(source, dialect, table, found):
        _load_slowly(source, dialect, table, found)
        _shift_short_header(table, found)
    return found


def _load_utf8(path: Path, options: ReadOptions, table: RawTable, progress: Progress) -> Source | None:
    """Load a large regular file before its encoding is known: DuckDB reads strict UTF-8 alone, as Python does.

    None, and nothing was kept: the file is small, not regular, or not UTF-8 beyond doubt.
    """
    with path.open("rb") as file:
        if path.stat().st_size < FAST_BYTES or b"\x00" in file.read(HEAD_BYTES):
            return None
    progress({"stage": "reading"})
    try:
        dialect = _choose_dialect(path, options)
        found = Source(_format_of(dialect), dialect=dialect)
        if not _load_fast(path, dialect, table, found):
            return None
    except UnicodeDecodeError:
        return None
    found.encoding = find_encoding(path, is_utf8=True)
    if found.encoding.codec not in UTF8:
        table.close()
        return None
    found.warnings = _survey(path)
    return found


def _format_of(dialect: Dialect) -> str:
    return "tsv" if dialect.delimiter == "\t" else "csv"


def _load_slowly(path: Path, dialect: Dialect, table: RawTable, source: Source) -> None:
    """Load any file record by record; where quotes break the strict rules, once more and carefully."""
    table.close()
    try:
        with _open(path) as file:
            table.append(_clean_records(dialect.reader(file, strict=True), source))
        return
    except csv.Error:
        table.close()
    with _open(path) as file:
        careful = CarefulReader(file, dialect)
        table.append(_clean_records(careful, source))
    if careful.repaired:
        source.warnings.append(Problem("", "stray_quotes", count=careful.repaired))


def _transcode(path: Path, codec: str, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        for text in decode(path, codec):
            file.write(text)


def _survey(path: Path) -> list[Problem]:
    """One pass over the UTF-8 bytes: NUL is refused, characters lost by an earlier wrong conversion are counted."""
    lost = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if b"\x00" in chunk:
                raise Invalid("text_contains_nul")
            lost += chunk.count(b"\xef\xbf\xbd")
    return [Problem("", "replacement_characters", count=lost)] if lost else []


def _open(path: Path) -> TextIO:
    """The file as text with its line ends, behind BOM and a line that only declares the separator."""
    file = path.open(encoding="utf-8-sig", newline="")
    if not SEPARATOR_LINE.match(file.readline(12)):
        file.seek(0)
    return file


def _choose_dialect(path: Path, options: ReadOptions) -> Dialect:
    wanted = options.delimiter
    if wanted is not None and wanted != ALIGNED and (len(wanted) != 1 or wanted in NO_DELIMITERS):
        raise Invalid("delimiter_is_bad", delimiter=wanted[:10])
    with path.open(encoding="utf-8-sig", newline="") as file:
        sample = file.read(SAMPLE_CHARACTERS)
        if len(sample) == SAMPLE_CHARACTERS:
            sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    return find_dialect(sample, wanted)


def _load_fast(path: Path, dialect: Dialect, table: RawTable, source: Source) -> bool:
    """Let DuckDB load a large regular file. False: the file is small, or not regular, and nothing was kept."""
    import duckdb

    is_plain = dialect.delimiter.isascii() and not dialect.escape and not dialect.skips_blank
    is_plain = is_plain and dialect.delimiter != ALIGNED
    if path.stat().st_size < FAST_BYTES or not is_plain or not (width := _regular_width(path, dialect)):
        return False
    try:
        changed = table.load_csv(path, dialect.delimiter, dialect.quote, width)
    except duckdb.Error:
        return False
    if table.one("SELECT count_if(starts_with(r0, ?)) FROM raw", [BOM])[0] or _has_blank_lines(path, table.row_count()):
        return False
    if not changed and (dialect.delimiter, dialect.quote) == (",", '"'):
        source.lines = path
    return True


def _regular_width(path: Path, dialect: Dialect) -> int:
    """How many cells each of the first records has; 0 where they are not regular enough for DuckDB's reader."""
    with _open(path) as file:
        if file.tell():
            return 0
        try:
            sample = list(islice(dialect.reader(file), FAST_SAMPLE))
        except csv.Error:
            return 0
    width = len(sample[0])
    is_even = 2 <= width <= WIDE and all(len(row) == width for row in sample)
    return width if is_even and not any("\t" in cell for row in sample for cell in row) else 0


def _has_blank_lines(path: Path, rows: int) -> bool:
    """Records follow a blank line, which counts as a record for people and not for DuckDB: the numbers would be wrong.

    A blank line within a quoted cell is taken for one; that costs time only. `rows` are the records that were loaded.
    """
    with path.open("rb") as file:
        if sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) <= rows:
            return False
        file.seek(0)
        before = b"\n"
        while chunk := file.read(1 << 20):
            if BLANK_LINE.search(before + chunk):
                return True
            before = (before + chunk)[-MARGIN:]
    return False


def _shift_short_header(table: RawTable, source: Source) -> None:
    """A header with one cell fewer than every record has no name for the first column: R writes row names so.

    Not where the last column is blank: then the records end with a delimiter too many; nor behind "#", where a remark
    holds a delimiter. The rule is R's own
    (`read.table`: "header … if and only if the first row contains one fewer field than the number of columns").
    """
    last = source.width - 1
    if (
        last < 1
        or source.odd_rows != [(0, last)]
        or not table.one(f"SELECT count(r{last}) FROM raw WHERE rowid > 0")[0]
        or table.one("SELECT starts_with(r0, '#') FROM raw WHERE rowid = 0")[0]
    ):
        return
    moved = ", ".join(f"r{index} = r{index - 1}" for index in range(1, source.width))
    table.connection.execute(f"UPDATE raw SET r0 = NULL, {moved} WHERE rowid = 0")
    source.odd_rows = []


def _clean_records(records: Iterable[list[str]], source: Source) -> Iterator[Row]:
    """The records with clean cells; notes odd widths and removed TABs in `source`.

    A BOM before a record, left where files were joined, is no part of its first cell.
    """
    widths: Counter[int] = Counter()
    examples: dict[int, list[int]] = {}
    stripped = 0
    for number, record in enumerate(records):
        if record and record[0].startswith(BOM):
            record[0] = record[0].removeprefix(BOM)
        row = clean_row(record)
        if record:
            widths[len(record)] += 1
            if widths[len(record)] <= ODD_ROWS:
                examples.setdefault(len(record), []).append(number)
        stripped += sum(cell is not None and len(cell) != len(raw) for cell, raw in zip(row, record, strict=True))
        yield row
    source.width = max(widths, key=lambda width: (widths[width], width), default=0)
    odd = ((row, width) for width, rows in examples.items() if width != source.width for row in rows)
    source.odd_rows = sorted(odd)[: ODD_ROWS * 10]
    if stripped:
        source.warnings.append(Problem("", "tabs_removed", count=stripped))
