"""All records of a file as text in an in-memory DuckDB table, before anything is decided about them.

Record n of the file (1-based, blank ones included) has rowid n - 1; cell k is column r{k}. A blank cell is NULL. DuckDB
keeps the table within its memory limit and spills to the child's own folder, so that size is bounded by disk.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from datasets.errors import TooLarge

MAX_COLUMNS = 2_000
BATCH_CELLS = 400_000
MEMORY_LIMIT = "400MB"
THREADS = 2
WIDE = 100
SMALL_BLOCK = 16384
"""Bytes, for tables of more than `WIDE` columns: each takes a block at least, and 2,000 of 256 KiB are 512 MB."""

Row = list[str | None]


class RawTable:
    """Rows of text that can be appended, looked at from both ends, and asked in SQL through `connection`."""

    def __init__(self, spill: Path) -> None:
        self.spill = spill
        self.width = 0
        self.connection: Any = None
        self._closing = threading.Lock()

    def load_csv(self, path: Path, delimiter: str, quote: str, width: int) -> int:
        """Load a well-formed UTF-8 CSV with DuckDB's own reader, at once. Raises duckdb.Error for any irregularity.

        Cells are cleaned as `clean_row` does; gives how many were changed by that. Whole blank lines are not records
        to DuckDB.
        """
        self._start(width)
        names = ", ".join(f"'r{index}': 'VARCHAR'" for index in range(width))
        self.connection.execute(
            f"INSERT INTO raw SELECT * FROM read_csv(?, header = false, columns = {{{names}}}, auto_detect = false,"
            " delim = ?, quote = ?, escape = ?, strict_mode = true, null_padding = false)",
            [str(path), delimiter, quote, quote],
        )
        return self._blank_out()

    def _start(self, width: int) -> None:
        """An empty table; its block size can be chosen only now, when the width is known."""
        import duckdb

        if width > MAX_COLUMNS:
            raise TooLarge("too_many_columns", count=width, limit=MAX_COLUMNS)
        self.close()
        config: dict[str, Any] = {
            "threads": THREADS,
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(self.spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if width > WIDE:
            config |= {"default_block_size": SMALL_BLOCK, "threads": 1}
        self.connection = duckdb.connect(":memory:", config=config)
        self.connection.execute("SET enable_progress_bar = true")
        self.connection.execute("SET enable_progress_bar_print = false")
        columns = ", ".join(f"r{index} VARCHAR" for index in range(width))
        self.connection.execute(f"CREATE TABLE raw ({columns})")
        self.width = width

    def _blank_out(self) -> int:
        """Make cells of blanks only NULL. They are rare and sort before "!" or with U+3000: that is cheap to see."""
        suspicious = [_suspicious(f"r{index}") for index in range(self.width)]
        counts = self.one(f"SELECT {', '.join(f'count_if({one})' for one in suspicious)} FROM raw")
        changed = 0
        for index, count in enumerate(counts):
            if count:
                blank = f"({suspicious[index]}) AND regexp_full_match(r{index}, '[\\s　]*')"
                changed += int(self.one(f"UPDATE raw SET r{index} = NULL WHERE {blank}")[0])
        return changed

    def append(self, rows: Iterable[Sequence[str | None]]) -> None:
        """Add records of any width, in batches. Raises TooLarge("too_many_columns", count=…, limit=…)."""
        batch: list[Sequence[str | None]] = []
        cells = 0
        for row in rows:
            batch.append(row)
            cells += len(row) + 1
            if cells >= BATCH_CELLS:
                self._insert(batch)
                batch, cells = [], 0
        if batch:
            self._insert(batch)

    def _insert(self, batch: list[Sequence[str | None]]) -> None:
        import pandas as pd

        width = max((1, *map(len, batch)))
        self._widen(width)
        padded = [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in batch]
        frame = pd.DataFrame(padded, dtype="str")
        names = ", ".join(f"r{index}" for index in range(frame.shape[1]))
        self.connection.register("batch", frame)
        self.connection.execute(f"INSERT INTO raw ({names}) SELECT * FROM batch")
        self.connection.unregister("batch")

    def _widen(self, width: int) -> None:
        """Make room for `width` cells. The first batch decides nearly always: a column added later costs a copy."""
        if width > MAX_COLUMNS:
            raise TooLarge("too_many_columns", count=width, limit=MAX_COLUMNS)
        if self.connection is None:
            self._start(width)
        for index in range(self.width, width):
            self.connection.execute(f"ALTER TABLE raw ADD COLUMN r{index} VARCHAR")
        self.width = max(self.width, width)

    def row_count(self) -> int:
        """How many records, blank ones included."""
        return int(self.one("SELECT count(*) FROM raw")[0]) if self.connection else 0

    def rows(self, start: int, count: int) -> list[Row]:
        """`count` records from the 0-based `start` on."""
        found = self.connection.execute(
            "SELECT * FROM raw WHERE rowid >= ? AND rowid < ? ORDER BY rowid", [start, start + count]
        )
        return [list(row) for row in found.fetchall()]

    def rows_at(self, numbers: Sequence[int]) -> list[Row]:
        """The records of these 0-based numbers, in the order of the file, by one query."""
        found = self.connection.execute(
            "SELECT * FROM raw WHERE rowid IN (SELECT unnest(CAST(? AS BIGINT[]))) ORDER BY rowid", [list(numbers)]
        )
        return [list(row) for row in found.fetchall()]

    def one(self, sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...]:
        """The one row of an aggregate."""
        row = self.connection.execute(sql, list(params)).fetchone()
        assert row is not None
        return tuple(row)

    def close(self) -> None:
        """Forget all rows and release the memory."""
        with self._closing:
            if self.connection is not None:
                self.connection.close()
            self.connection, self.width = None, 0

    def share(self) -> float | None:
        """How much of the running statement is done, 0 to 1; None when that is unknown. May be asked by any thread."""
        with self._closing:
            percent = -1.0 if self.connection is None else float(self.connection.query_progress())
        return None if percent < 0 else min(1.0, percent / 100)


def _suspicious(cell: str) -> str:
    """SQL: `cell` is empty or begins with a blank. Comparisons cost half of what looking at the first sign does."""
    return f"{cell} < '!' OR ({cell} >= '　' AND {cell} < '、')"


def clean_row(cells: Sequence[str]) -> Row:
    """TABs at the ends of cells (put there to keep Excel from reading numbers) go; a cell of blanks only is blank."""
    return [None if not cell or cell.isspace() else cell.strip("\t") for cell in cells]
