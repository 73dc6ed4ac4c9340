"""Records whose cells have names (JSON, GeoJSON, XML) on their way into the raw table.

Which names there are is known only at the end, so record 1 is kept free for them and written last. Names keep the order
in which they first came up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from datasets.errors import Invalid, TooLarge
from datasets.ingest.raw_table import MAX_COLUMNS, RawTable, Row
from datasets.sandbox import Progress

STEP = 50_000
"""Records after which progress is told."""
MAX_CELL = 1_000_000
"""Signs of one cell."""
BLANK = "[\\s　]*"

Cells = Mapping[str, str | None]


class NamedRecords:
    """Fills `table` from mappings; `names` are the columns so far and `count` the records."""

    def __init__(self, table: RawTable, progress: Progress) -> None:
        self.table = table
        self.progress = progress
        self.names: dict[str, int] = {}
        self.count = 0
        self.replaced = 0
        """Cells from which signs were taken that are no text."""

    def load(self, records: Iterable[Cells]) -> None:
        """Append all `records` behind one with their names.

        Raises TooLarge("too_many_columns", count=…, limit=…) and Invalid("cell_is_too_long", row=…).
        """
        self.table.append(self._rows(records))
        if self.names:
            self._write_names()
            self._check_lengths()

    def _rows(self, records: Iterable[Cells]) -> Iterator[Row]:
        yield [None]
        known: tuple[str, ...] = ()
        for cells in records:
            order = tuple(cells)
            if order == known:
                yield list(cells.values())
            else:
                yield self._place(cells)
                if len(order) == len(self.names) and order == tuple(self.names):
                    known = order
                elif known and len(known) != len(self.names):
                    known = ()
            self.count += 1
            if self.count % STEP == 0:
                self.progress({"stage": "reading", "rows": self.count})

    def _place(self, cells: Cells) -> Row:
        """The cells in the order of the columns; a name that is new becomes the next column."""
        for name in cells:
            if name not in self.names:
                self.names[name] = len(self.names)
        if len(self.names) > MAX_COLUMNS:
            raise TooLarge("too_many_columns", count=len(self.names), limit=MAX_COLUMNS)
        row: Row = [None] * len(self.names)
        for name, cell in cells.items():
            row[self.names[name]] = cell
        return row

    def _write_names(self) -> None:
        """Put the names into record 1, and make cells of blanks only blank."""
        connection = self.table.connection
        cells = ", ".join(f"r{index} = ?" for index in range(len(self.names)))
        connection.execute(f"UPDATE raw SET {cells} WHERE rowid = 0", [self._text(name) for name in self.names])
        suspects = ", ".join(
            f"count_if(r{index} < '!' OR starts_with(r{index}, '　'))" for index in self.names.values()
        )
        for index, count in enumerate(self.table.one(f"SELECT {suspects} FROM raw")):
            if count:
                connection.execute(f"UPDATE raw SET r{index} = NULL WHERE regexp_full_match(r{index}, '{BLANK}')")

    def _check_lengths(self) -> None:
        longest = ", ".join(f"max(strlen(r{index}))" for index in self.names.values())
        for index, length in enumerate(self.table.one(f"SELECT {longest} FROM raw")):
            if length and length > MAX_CELL:
                found = f"SELECT min(rowid) FROM raw WHERE length(r{index}) > {MAX_CELL}"
                (row,) = self.table.one(found)
                if row is not None:
                    raise Invalid("cell_is_too_long", row=row + 1)

    def clean(self, cells: Cells) -> Cells:
        """The same cells without NUL and without halves of signs, which no text file can hold."""
        return {name: cell and self._text(cell) for name, cell in cells.items()}

    def _text(self, text: str) -> str:
        kept = text.replace("\x00", "")
        try:
            kept.encode()
        except UnicodeEncodeError:
            kept = kept.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        self.replaced += kept != text
        return kept
