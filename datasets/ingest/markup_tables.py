"""Tables that are written cell by cell with spans (HTML, XML Spreadsheet): rows, merged ranges, repeated values."""

from __future__ import annotations

from datasets.errors import TooLarge
from datasets.ingest.raw_table import MAX_COLUMNS, Row
from datasets.ingest.tables import Merge

MAX_CELLS = 3_000_000
MAX_ROWS = 1_048_576


class MarkupTable:
    """One table while it is being read. Cells under a span over several rows repeat its value, as people read it."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.rows: list[Row] = []
        self.merges: list[Merge] = []
        self.width = 0
        self.is_hidden = False
        self._cells = 0
        self._held: dict[int, tuple[int, str | None]] = {}
        """Column → (last row it reaches, value) of spans that go on below."""

    def start_row(self, index: int | None = None) -> None:
        """Begin the next row, or the one at the 0-based `index`; rows in between are blank."""
        target = len(self.rows) if index is None else max(index, len(self.rows))
        self._require(target + 1, self.width)
        while len(self.rows) <= target:
            self.rows.append([])
            self._cells += 1

    def add(self, value: str | None, *, index: int | None = None, across: int = 1, down: int = 1) -> None:
        """Put a cell behind the last one, or at the 0-based column `index`, over `across` columns and `down` rows."""
        if not self.rows:
            self.start_row()
        row, number = self.rows[-1], len(self.rows) - 1
        self._take_held(row, number)
        across, down = max(1, across), max(1, min(down, MAX_ROWS))
        place = len(row) if index is None else max(index, len(row))
        self._require(len(self.rows), place + across)
        while len(row) < place:
            row.append(self._held_at(len(row), number))
        row += [value, *[None] * (across - 1)] if down == 1 else [value] * across
        self._cells += len(row) - place
        if across > 1 or down > 1:
            self.merges.append((number, place, number + down - 1, place + across - 1))
        if down > 1:
            for column in range(place, place + across):
                self._held[column] = (number + down - 1, value)
        self.width = max(self.width, len(row))

    def end_row(self) -> None:
        """Fill in what spans from above leave at the end."""
        if self.rows and self._held:
            row, number = self.rows[-1], len(self.rows) - 1
            last = max((column for column, (until, _) in self._held.items() if until >= number), default=-1)
            while len(row) <= last:
                row.append(self._held_at(len(row), number))
            self.width = max(self.width, len(row))

    def clipped_merges(self) -> list[Merge]:
        """The merged ranges within the filled rows."""
        last = len(self.rows) - 1
        clipped = [(top, left, min(bottom, last), right) for top, left, bottom, right in self.merges]
        return [merge for merge in clipped if merge[0] < merge[2] or merge[1] < merge[3]]

    def _take_held(self, row: Row, number: int) -> None:
        while len(row) in self._held and self._held[len(row)][0] >= number:
            row.append(self._held[len(row)][1])

    def _held_at(self, column: int, number: int) -> str | None:
        until, value = self._held.get(column, (-1, None))
        return value if until >= number else None

    def _require(self, rows: int, columns: int) -> None:
        if columns > MAX_COLUMNS:
            raise TooLarge("too_many_columns", count=columns, limit=MAX_COLUMNS)
        if rows > MAX_ROWS or self._cells > MAX_CELLS:
            raise TooLarge("worksheet_is_too_large", rows=rows, columns=columns, limit=MAX_CELLS)
