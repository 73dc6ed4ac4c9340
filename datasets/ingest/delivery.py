"""One file while it is being understood: its records as text, and what has been found out about them so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from datasets.ingest.column_types import ColumnType, RawColumn
from datasets.ingest.headers import Heading
from datasets.ingest.raw_table import RawTable, Row
from datasets.ingest.tables import Layout, Merge
from datasets.ingest.text_file import TextSource
from datasets.ingest.workbook_file import WorkbookSource


@dataclass(slots=True)
class Delivery:
    """One file while it is being understood; each step fills in what the next ones need."""

    table: RawTable
    source: TextSource | WorkbookSource
    layout: Layout
    head: list[Row]
    headings: list[Heading] = field(default_factory=list)
    types: list[ColumnType] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def where(self) -> str:
        """SQL over the raw table: the rows that are data."""
        layout = self.layout
        filled = ", ".join(f"r{heading.position}" for heading in self.headings)
        left_out = f" AND rowid NOT IN ({', '.join(map(str, layout.left_out))})" if layout.left_out else ""
        bounds = f"rowid BETWEEN {layout.first_row} AND {layout.last_row}"
        return f"{bounds} AND coalesce({filled}) IS NOT NULL{left_out}"

    @property
    def raw_columns(self) -> list[RawColumn]:
        """The columns as they lie in the raw table."""
        return [RawColumn(heading.position, heading.name) for heading in self.headings]

    @property
    def merges(self) -> list[Merge]:
        """Merged ranges; a text file has none."""
        return self.source.merges if isinstance(self.source, WorkbookSource) else []
