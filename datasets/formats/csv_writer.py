"""The canonical CSV of the house: UTF-8 with BOM, CRLF, quoted as RFC 4180 asks, written by DuckDB.

There is one writer, so that the whole file made for a download has exactly the bytes whose digest intake computed.
Each line is put together in SQL and leaves through COPY: 150 MB/s on one core where Python's csv module reaches 15,
with bounded memory. DuckDB's own CSV quoting cannot end lines with CRLF nor guard formulas (see `guard`).
"""

from __future__ import annotations

import hashlib
import os
from codecs import iterdecode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from datasets.columns import Column
from datasets.formats.guard import guard_cell, guarded_sql, is_dangerous_sql
from datasets.formats.streaming import streamed
from datasets.rowfile import RowFileWriter
from datasets.rows import (
    ALL_ROWS,
    DEFAULT_MEMORY_BYTES,
    WIDE,
    Selection,
    open_rows,
    printed_cell,
    printed_list,
    sql_text,
)

BOM = "\ufeff"
WITH_BOM = "utf-8-sig"
LINE_END = b"\r\n"
DIGEST_MEMORY = 64 << 20
"""Bytes, enough for a scan of a table that is not wide. Intake digests in the process that held the raw table, whose
address space the allocator keeps: it counts against the limit of the process although the memory is free."""
BLOCK_BYTES = 1 << 20
VERY_WIDE = 400
"""Above so many columns DuckDB does not make the lines: it takes 2,048 rows at a time, and each step over their cells
needs 16 bytes for every one, which in 2,000 columns is 64 MB a step."""
BATCH = 250
"""Rows of a very wide table that are held at once."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A written CSV: its SHA-256, its size in bytes, its rows without the header."""

    sha256: str
    byte_size: int
    row_count: int


@dataclass(frozen=True, slots=True)
class CsvDigests:
    """What intake keeps of the whole CSV.

    `csv_sha256` and `csv_byte_size` are those of the public download; `content_sha256` is that of the same text without
    BOM and without guarded cells: equal content, equal digest, in whatever file it was delivered.
    """

    csv_sha256: str
    csv_byte_size: int
    content_sha256: str


@dataclass(frozen=True, slots=True)
class LineDigests:
    """The digests of all rows as they are: of the bare text, and of the file with its BOM, which has so many bytes."""

    content_sha256: str
    marked_sha256: str
    byte_size: int


def write_csv(
    store: Path,
    columns: Sequence[Column],
    target: Path,
    *,
    rows: Selection = ALL_ROWS,
    spill: Path | None = None,
    guard: bool = True,
) -> CsvFile:
    """Write the `rows` of the row store at `store` to the new file `target`. O(rows), bounded memory.

    The header holds the columns' names. A blank cell is empty; in a table of one column it is "" (an empty line would
    be no row to most readers). `guard` puts an apostrophe before cells that a spreadsheet would run.
    """
    header = BOM + header_line(columns, guard=guard)
    row_count = _copy(store, columns, target, rows, spill=spill, guard=guard, header=header)
    sha256, byte_size = _digest(target)
    return CsvFile(sha256, byte_size, row_count)


def write_rows(
    store: Path,
    columns: Sequence[Column],
    target: Path,
    *,
    rows: Selection,
    spill: Path | None = None,
    encoding: str = WITH_BOM,
) -> int:
    """The same as a format's module offers it, in an encoding of ENCODINGS; gives the number of rows.

    Every text can be written in each of them: GB18030 has a code for all of Unicode.
    """
    counts: list[int] = []

    def write(path: Path) -> None:
        header = (BOM if encoding == WITH_BOM else "") + header_line(columns)
        counts.append(_copy(store, columns, path, rows, spill=spill, guard=True, header=header))

    if encoding in (WITH_BOM, "utf-8"):
        write(target)
    else:
        with streamed(write, target.with_name(target.name + ".utf8")) as pieces, target.open("wb") as file:
            for piece in iterdecode(pieces, "utf-8"):
                file.write(piece.encode(encoding))
    return counts[0]


def digest_csv(
    store: Path,
    columns: Sequence[Column],
    scratch: Path,
    *,
    row_file: Path | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> CsvDigests:
    """Make the whole CSV as a stream through `scratch` (a path where nothing is yet) and tell its digests.

    The same stream fills the new file `row_file`, when one is wanted; `on_rows` hears how many rows that holds. Once
    through the rows, twice where a cell is guarded.
    """
    lines = digest_lines(_stored_lines(store, columns, scratch), columns, row_file=row_file, on_rows=on_rows)
    return complete_digests(store, columns, scratch, lines)


def digest_lines(
    lines: Iterable[bytes],
    columns: Sequence[Column],
    *,
    row_file: Path | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> LineDigests:
    """Digest the canonical `lines` of all rows, given in pieces, and fill `row_file` with them. Raises as they do."""
    header = header_line(columns, guard=False).encode() + LINE_END
    bare, marked = hashlib.sha256(header), hashlib.sha256(BOM.encode() + header)
    byte_size = len(BOM.encode() + header)
    with _open_row_file(row_file, columns) as writer:
        for piece in lines:
            bare.update(piece)
            marked.update(piece)
            byte_size += len(piece)
            if writer is not None:
                writer.feed(piece)
                if on_rows:
                    on_rows(writer.row_count)
    return LineDigests(bare.hexdigest(), marked.hexdigest(), byte_size)


def complete_digests(store: Path, columns: Sequence[Column], scratch: Path, lines: LineDigests) -> CsvDigests:
    """The digests of the public file too: they are those of the lines, unless the row store holds a guarded cell."""
    if not _has_guarded(store, columns):
        return CsvDigests(lines.marked_sha256, lines.byte_size, lines.content_sha256)
    header = BOM.encode() + header_line(columns).encode() + LINE_END
    public, byte_size = hashlib.sha256(header), len(header)
    for piece in _stored_lines(store, columns, scratch, guard=True):
        public.update(piece)
        byte_size += len(piece)
    return CsvDigests(public.hexdigest(), byte_size, lines.content_sha256)


@contextmanager
def _open_row_file(path: Path | None, columns: Sequence[Column]) -> Iterator[RowFileWriter | None]:
    if path is None:
        yield None
        return
    with path.open("wb") as file:
        writer = RowFileWriter(file, len(columns))
        yield writer
        writer.close()
        file.flush()
        os.fsync(file.fileno())


def _stored_lines(store: Path, columns: Sequence[Column], scratch: Path, *, guard: bool = False) -> Iterator[bytes]:
    """The canonical lines of all rows, without BOM and header, in pieces."""

    def write(path: Path) -> None:
        _copy(store, columns, path, ALL_ROWS, guard=guard, header="", memory_bytes=_digest_memory(columns))

    with streamed(write, scratch) as pieces:
        yield from pieces


def header_line(columns: Sequence[Column], *, guard: bool = True) -> str:
    """The first line without its line end: the columns' names."""
    names = [guard_cell(column.name) if guard else column.name for column in columns]
    return ",".join(quote_cell(name) for name in names)


def quote_cell(text: str) -> str:
    """`text` as one RFC 4180 field; an empty one in quotes, so that a header is never blank."""
    if not text or any(sign in text for sign in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _copy(
    store: Path,
    columns: Sequence[Column],
    target: Path,
    rows: Selection,
    *,
    spill: Path | None = None,
    guard: bool,
    header: str,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
) -> int:
    """Write `header`, where it is not empty, and the lines of `rows`; gives their number."""
    if len(columns) > VERY_WIDE:
        return _copy_very_wide(store, columns, target, rows, spill=spill, guard=guard, header=header)
    lines = f"SELECT {_line_sql(columns, guard)} AS line FROM {rows.source}{rows.tail()}"
    first = [f"{header}\r"] if header else []
    sql = (
        f"COPY ({'SELECT ? AS line UNION ALL SELECT * FROM ' if header else 'SELECT * FROM '}({lines}))"
        f" TO {sql_text(str(target))}"
        " (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '', USE_TMP_FILE false)"
    )
    with open_rows(store, output=target, spill=spill, memory_bytes=memory_bytes) as connection:
        written = connection.execute(sql, [*first, *rows.params]).fetchone()
    return int(written[0]) - len(first) if written else 0


def _copy_very_wide(
    store: Path,
    columns: Sequence[Column],
    target: Path,
    rows: Selection,
    *,
    spill: Path | None,
    guard: bool,
    header: str,
) -> int:
    """The same for a very wide table: rows leave DuckDB as they are, lines are made here."""
    count = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        if header:
            file.write(f"{header}\r\n")
        for batch in _iter_printed(store, columns, rows, spill=spill):
            count += len(batch)
            file.writelines(",".join(_field(cell, guard) for cell in row) + "\r\n" for row in batch)
    return count


def _iter_printed(
    store: Path, columns: Sequence[Column], rows: Selection, *, spill: Path | None = None
) -> Iterator[list[tuple[str | None, ...]]]:
    """The cells of `rows` as text, a few rows at a time."""
    cells = ", ".join(printed_cell(column) for column in columns)
    with open_rows(store, spill=spill) as connection:
        result = connection.execute(f"SELECT {cells} FROM {rows.source}{rows.tail()}", list(rows.params))
        while batch := result.fetchmany(BATCH):
            yield batch


def _field(cell: str | None, guard: bool) -> str:
    if not cell:
        return ""
    return quote_cell(guard_cell(cell) if guard else cell)


def _line_sql(columns: Sequence[Column], guard: bool) -> str:
    """One line without its LF, as an expression per cell or as one over the list of all cells."""
    blank = "'\"\"'" if len(columns) == 1 else "''"
    if len(columns) > WIDE:
        cells = f"list_transform({printed_list(columns)}, lambda x: coalesce({_field_sql('x', guard)}, {blank}))"
        return f"concat(array_to_string({cells}, ','), chr(13))"
    fields = (
        _field_sql(column.physical, guard) if column.type == "text" else printed_cell(column) for column in columns
    )
    return "concat(" + ", ',', ".join(f"coalesce({field}, {blank})" for field in fields) + ", chr(13))"


def _field_sql(text: str, guard: bool) -> str:
    """One field. Only text can hold signs that need quotes or a guard; printed numbers and days cannot."""
    quotes = " OR ".join(f"contains({text}, {sign})" for sign in ("','", "'\"'", "chr(10)", "chr(13)"))
    value = f"({guarded_sql(text)})" if guard else text
    return f"CASE WHEN {quotes} THEN concat('\"', replace({value}, '\"', '\"\"'), '\"') ELSE {value} END"


def _digest_memory(columns: Sequence[Column]) -> int:
    return DEFAULT_MEMORY_BYTES if len(columns) > WIDE else DIGEST_MEMORY


def _has_guarded(store: Path, columns: Sequence[Column]) -> bool:
    if any(guard_cell(column.name) != column.name for column in columns):
        return True
    texts = [column for column in columns if column.type == "text"]
    if not texts:
        return False
    if len(texts) > VERY_WIDE:
        batches = _iter_printed(store, texts, ALL_ROWS)
        return any(cell and guard_cell(cell) != cell for batch in batches for row in batch for cell in row)
    if len(texts) > WIDE:
        condition = f"len(list_filter({printed_list(texts)}, lambda x: {is_dangerous_sql('x')})) > 0"
    else:
        condition = " OR ".join(f"({is_dangerous_sql(column.physical)})" for column in texts)
    with open_rows(store, memory_bytes=_digest_memory(columns)) as connection:
        return connection.execute(f"SELECT 1 FROM data WHERE {condition} LIMIT 1").fetchone() is not None


def _digest(path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
        return digest.hexdigest(), file.tell()
