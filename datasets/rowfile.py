"""The row file beside a row store: the canonical CSV lines in small compressed blocks, for a page of rows in a few ms.

A column store answers which rows fit quickly, but to fetch the cells of 100 scattered rows it decompresses every
column in many places. Here a row lies in one piece. `{key}.rows` holds, behind a header:

- blocks of `rows_per_block` rows, each one zstd frame with its checksum: the block's number (u32), the end of each of
  its rows (u32 each), then the rows as lines of the whole CSV: unguarded, ended by CRLF, without a header line;
- the index: where each block begins, and the end of the last one (u64 each).

The header also says for which key of a row store it was written, so that a file under another name is told apart.

All numbers are little-endian. Only the header, two entries of the index and one block are read for a row, so that cost
and memory do not grow with the file. It is derived from the row store and optional: whoever finds none, or a broken
one, takes the cells from the row store. A blank cell and an empty text are one here: row stores have no empty text.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import struct
import zlib
from array import array
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

SUFFIX = ".rows"
MAGIC = b"KFROWS2\n"
HEADER = struct.Struct("<8sIIQQQ32sI")
"""Magic, columns, rows per block, rows, blocks, place of the index, whose it is, CRC-32 of all that."""
NOBODYS = bytes(32)
"""Written outside a folder of row stores: the rows of whatever store it stands beside."""
ENTRY = struct.Struct("<QQ")
NUMBER = struct.Struct("<I")
MOST_ROWS = 64
BLOCK_BYTES = 16 << 10
"""A block is about so long before compression: shorter ones compress badly, longer ones take longer to open."""
SAMPLE_BYTES = 1 << 18
"""The length of rows is judged by the first ones, up to so many bytes."""
LEVEL = 1
"""Of zstd: 600 MB/s; level 3 is slower and no smaller at this block size."""
CHECKSUM_BYTES = 4

_FIELD = re.compile(r'"([^"]*(?:""[^"]*)*)"(?:,|\Z)|([^,]*)(?:,|\Z)')

CellValue = str | int | float | bool | None
CONVERT: dict[str, Callable[[str], CellValue]] = {"integer": int, "decimal": float, "boolean": "true".__eq__}
"""Column type → how a printed cell becomes the value that JSON holds; all others stay text."""


class BrokenRowFile(Exception):
    """The row file is not what its store wrote: cut off, changed, of another format, or of other rows."""


def row_file_of(store: Path) -> Path:
    """Where the row file of the row store at `store` stands."""
    return store.with_suffix(SUFFIX)


def bind_row_file(path: Path, key: str) -> None:
    """Note in the row file at `path` that its rows are those of the row store `key`, and flush it to the disk."""
    with path.open("r+b") as file:
        head = file.read(HEADER.size)
        if len(head) < HEADER.size or not head.startswith(MAGIC):
            raise BrokenRowFile
        file.seek(0)
        file.write(_pack_header(HEADER.unpack(head)[1:6], owner_of(key)))
        file.flush()
        os.fsync(file.fileno())


def owner_of(key: str) -> bytes:
    """How the key of a row store is written in the header of its row file."""
    return hashlib.sha256(key.encode()).digest()


class RowFileWriter:
    """Takes the lines as a stream of bytes cut anywhere. Only `close` makes the file a row file."""

    def __init__(self, file: IO[bytes], columns: int) -> None:
        import numpy as np
        import zstandard

        self._file = file
        self._columns = columns
        self._compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress
        self._buffer = b""
        self._ends = np.zeros(0, np.int64)
        self._in_quotes = False
        self._rows_per_block = 0
        self._starts = array("Q")
        self._place = HEADER.size
        self.row_count = 0
        file.write(bytes(HEADER.size))

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        import numpy as np

        found = self._row_ends(chunk) + len(self._buffer)
        self._buffer += chunk
        self._ends = np.concatenate((self._ends, found))
        if not self._rows_per_block:
            if len(self._ends) < MOST_ROWS and len(self._buffer) < SAMPLE_BYTES:
                return
            self._choose_size()
        self._write_blocks(len(self._ends) // self._rows_per_block, self._rows_per_block)

    def close(self) -> None:
        """Write the last rows, the index and the header. Raises BrokenRowFile if the stream ended within a row."""
        if not self._rows_per_block:
            self._choose_size()
        self._write_blocks(len(self._ends) // self._rows_per_block, self._rows_per_block)
        self._write_blocks(min(1, len(self._ends)), len(self._ends))
        if self._buffer:
            raise BrokenRowFile
        blocks, place = len(self._starts), self._place
        self._starts.append(place)
        self._file.write(struct.pack(f"<{blocks + 1}Q", *self._starts))
        self._file.seek(0)
        self._file.write(_pack_header((self._columns, self._rows_per_block, self.row_count, blocks, place), NOBODYS))

    def _choose_size(self) -> None:
        mean = len(self._buffer) // max(1, len(self._ends))
        self._rows_per_block = min(MOST_ROWS, max(1, BLOCK_BYTES // max(1, mean)))

    def _row_ends(self, chunk: bytes) -> np.ndarray[Any, Any]:
        """Places behind the line feeds that end a row: those with an even number of quotes before them."""
        import numpy as np

        signs = np.frombuffer(chunk, np.uint8)
        feeds = np.flatnonzero(signs == 10)
        if b'"' in chunk:
            quotes = np.flatnonzero(signs == 34)
            before = np.searchsorted(quotes, feeds) + self._in_quotes
            feeds = feeds[before % 2 == 0]
            self._in_quotes ^= bool(len(quotes) % 2)
        elif self._in_quotes:
            return feeds[:0]
        return feeds + 1

    def _write_blocks(self, count: int, size: int) -> None:
        """Compress and write the first `count` blocks, of `size` rows each, of what has gathered."""
        import numpy as np

        if not count:
            return
        ends = self._ends[: count * size].reshape(count, size)
        starts = np.concatenate(([0], ends[:-1, -1]))
        heads = np.empty((count, size + 1), "<u4")
        heads[:, 0] = np.arange(len(self._starts), len(self._starts) + count)
        heads[:, 1:] = ends - starts[:, None]
        view, pieces = memoryview(self._buffer), []
        for head, start, end in zip(heads, starts.tolist(), ends[:, -1].tolist(), strict=True):
            piece = self._compress(head.tobytes() + view[start:end])
            self._starts.append(self._place)
            self._place += len(piece)
            pieces.append(piece)
        self._file.write(b"".join(pieces))
        self.row_count += count * size
        self._buffer = self._buffer[end:]
        self._ends = self._ends[count * size :] - end


class RowFile:
    """An opened row file. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError where there is none, BrokenRowFile where it is not whole."""
        import zstandard

        self._error = zstandard.ZstdError
        self._decompress = zstandard.ZstdDecompressor().decompress
        with ExitStack() as opened:
            self._file = opened.enter_context(path.open("rb", buffering=0))
            self._read_header()
            opened.pop_all()

    def _read_header(self) -> None:
        head = self._file.read(HEADER.size)
        if len(head) < HEADER.size or not head.startswith(MAGIC):
            raise BrokenRowFile
        found = HEADER.unpack(head)
        _, self.columns, self.rows_per_block, self.row_count, self._blocks, self._index, self.owner, check = found
        byte_size = os.fstat(self._file.fileno()).st_size
        is_whole = byte_size == self._index + 8 * (self._blocks + 1)
        if check != zlib.crc32(head[:-CHECKSUM_BYTES]) or not is_whole or not self.rows_per_block:
            raise BrokenRowFile

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def lines(self, numbers: Sequence[int]) -> list[bytes]:
        """The lines of the rows `numbers` (from 1), each without its CRLF. Raises BrokenRowFile."""
        blocks: dict[int, bytes] = {}
        found = []
        for number in numbers:
            at, row = divmod(number - 1, self.rows_per_block)
            block = blocks.get(at)
            if block is None:
                block = blocks[at] = self._block(at)
            found.append(self._line(block, at, row))
        return found

    def cells(self, numbers: Sequence[int], places: Sequence[int]) -> list[list[str | None]]:
        """The cells of the columns `places` (0-based, in the order of the file) of the rows `numbers`, as text."""
        rows: list[list[str | None]] = []
        for line in self.lines(numbers):
            fields = split_line(line.decode())
            if len(fields) != self.columns:
                raise BrokenRowFile
            rows.append([fields[place] or None for place in places])
        return rows

    def _block(self, at: int) -> bytes:
        if not 0 <= at < self._blocks:
            raise BrokenRowFile
        try:
            start, end = ENTRY.unpack(self._read(self._index + 8 * at, ENTRY.size))
            if not HEADER.size <= start <= end <= self._index:
                raise BrokenRowFile
            block: bytes = self._decompress(self._read(start, end - start), allow_extra_data=False)
            if NUMBER.unpack_from(block)[0] != at:
                raise BrokenRowFile
        except (self._error, struct.error, OSError, MemoryError):
            raise BrokenRowFile from None
        return block

    def require_whole(self) -> None:
        """Open every block. Raises BrokenRowFile. O(bytes), one block in memory."""
        for at in range(self._blocks):
            self._block(at)

    def _read(self, place: int, length: int) -> bytes:
        self._file.seek(place)
        return self._file.read(length)

    def _line(self, block: bytes, at: int, row: int) -> bytes:
        """Line `row` of `block`; the last block may hold fewer rows than the others."""
        held = min(self.rows_per_block, self.row_count - at * self.rows_per_block)
        if row >= held:
            raise BrokenRowFile
        start = NUMBER.unpack_from(block, 4 * row)[0] if row else 0
        (end,) = NUMBER.unpack_from(block, 4 * row + 4)
        behind = 4 * (held + 1)
        return block[behind + start : behind + end - 2]


def open_row_file(store: Path, *, row_count: int) -> RowFile | None:
    """The row file of the row store at `store`, which has so many rows; None where there is none.

    Raises BrokenRowFile for one that cannot be used: damaged, or of other rows.
    """
    try:
        found = RowFile(row_file_of(store))
    except FileNotFoundError:
        return None
    except OSError:
        raise BrokenRowFile from None
    if found.row_count != row_count or found.owner not in (NOBODYS, owner_of(store.stem)):
        found.close()
        raise BrokenRowFile
    return found


def is_row_file_whole(store: Path, *, row_count: int) -> bool:
    """Whether every block of the row file at `store` can be read; also where there is none. O(bytes)."""
    try:
        found = open_row_file(store, row_count=row_count)
        if found is not None:
            try:
                found.require_whole()
            finally:
                found.close()
    except BrokenRowFile:
        return False
    return True


def report_broken(store: Path) -> None:
    """Tell the operator: answers stay right, only slower, until the worker has made it again."""
    log.warning("row file of %s is broken; cells come from the row store", store.stem)


def split_line(line: str) -> list[str]:
    """The fields of one canonical CSV line; a blank one is empty."""
    if '"' not in line:
        return line.split(",")
    fields = []
    at = 0
    while at < len(line) and (match := _FIELD.match(line, at)):
        quoted, plain = match.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        at = match.end()
    if line.endswith(","):
        fields.append("")
    return fields


def _pack_header(numbers: Sequence[int], owner: bytes) -> bytes:
    """`numbers` are those of HEADER, from the columns to the place of the index."""
    head = HEADER.pack(MAGIC, *numbers, owner, 0)[:-CHECKSUM_BYTES]
    return head + NUMBER.pack(zlib.crc32(head))


def typed_rows(cells: Sequence[Sequence[str | None]], types: Sequence[str]) -> list[list[CellValue]]:
    """Cells as text → the values that JSON holds, by the column's type."""
    convert = [CONVERT.get(kind) for kind in types]
    return [
        [cell if cell is None or act is None else act(cell) for cell, act in zip(row, convert, strict=True)]
        for row in cells
    ]
