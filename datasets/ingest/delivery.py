"""One file while it is being understood: its records as text, and what has been found out about them so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from datasets.ingest.column_types import ColumnType, RawColumn
from datasets.ingest.headers import Heading
from datasets.ingest.raw_table import RawTable, Row
from datasets.ingest.source import Source
from datasets.ingest.tables import Layout, Merge

FEW_BLANKS = 500


@dataclass(slots=True)
class Delivery:
    """One file while it is being understood; each step fills in what the next ones need."""

    table: RawTable
    source: Source
    layout: Layout
    head: list[Row]
    headings: list[Heading] = field(default_factory=list)
    types: list[ColumnType] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    """What contradicts the declared data items: `declared.check_declared`."""
    masking: list[list[str]] = field(default_factory=list)
    """[column name, kind of personal data or "", method] of every masked column."""
    salt: str = ""
    """Secret of the replacements."""
    blank_rows: list[int] | None = None
    """Rows without any cell; None when there are too many to name."""

    @property
    def bounds(self) -> str:
        """SQL over the raw table: the rows from the first to the last one of the data."""
        return f"rowid BETWEEN {self.layout.first_row} AND {self.layout.last_row}"

    @property
    def where(self) -> str:
        """SQL over the raw table: the rows that are data. Blank rows are named while they are few, which costs less."""
        skipped = [*self.layout.left_out, *(self.blank_rows or [])]
        parts = [self.bounds]
        if skipped:
            parts.append(f"rowid NOT IN ({', '.join(map(str, skipped))})")
        if self.blank_rows is None:
            parts.append(f"NOT ({self._is_blank})")
        return " AND ".join(parts)

    @property
    def _is_blank(self) -> str:
        return f"coalesce({', '.join(f'r{heading.position}' for heading in self.headings)}) IS NULL"

    def find_blank_rows(self, *, most_filled: int) -> None:
        """Look for rows without any cell once, so that later passes need not look at every column.

        `most_filled` is the number of filled cells in the fullest column: where it is full, no row is blank.
        """
        if most_filled == self.layout.last_row - self.layout.first_row + 1:
            self.blank_rows = []
            return
        found = self.table.connection.execute(
            f"SELECT rowid FROM raw WHERE {self.bounds} AND {self._is_blank} LIMIT {FEW_BLANKS + 1}"
        ).fetchall()
        self.blank_rows = [row for (row,) in found] if len(found) <= FEW_BLANKS else None

    @property
    def has_all_cells(self) -> bool:
        """Whether every cell below a header of one record is a cell of the table, in the same place, unchanged."""
        layout = self.layout
        positions = [heading.position for heading in self.headings]
        rows = (layout.header_rows, layout.first_row, layout.last_row, layout.left_out, self.blank_rows)
        is_whole = rows == ([0], 1, self.table.row_count() - 1, [], []) and not self.masking
        return is_whole and positions == list(range(self.table.width))

    @property
    def raw_columns(self) -> list[RawColumn]:
        """The columns as they lie in the raw table."""
        return [RawColumn(heading.position, heading.name) for heading in self.headings]

    @property
    def merges(self) -> list[Merge]:
        """Merged ranges; a text file has none."""
        return self.source.merges
