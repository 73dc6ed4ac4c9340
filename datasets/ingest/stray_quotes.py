"""Records of a text file whose quotes break the rules: inches (10"), a quote too many, one that is not doubled.

Each line that the strict rules do not explain is read by several rules in turn; the first that gives as many cells as
the other records have is taken. What no rule explains is kept as it falls, and a quote that never closes is refused.
"""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from datasets.errors import Invalid
from datasets.ingest.dialects import MAX_CELL, Dialect

SAMPLE_LINES = 400
MAX_JOINED = 200
"""Lines that one quoted cell may span in a file with stray quotes."""
RULES = ("doubled", "first", "escaped")
"""What closes a quoted cell: a quote before a delimiter that is not one of a pair; any quote before a delimiter; one
without a backslash before it. "literal" besides: a quote behind which another cell opens before it closes is text."""


@dataclass(slots=True)
class CarefulReader:
    """The records of `lines` (with their line ends) in `dialect`; afterwards `repaired` counts the mended ones."""

    lines: Iterable[str]
    dialect: Dialect
    repaired: int = 0
    width: int = 0
    waiting: deque[str] = field(default_factory=deque)

    def __iter__(self) -> Iterator[list[str]]:
        """Raises Invalid("quote_never_closes", row=…, line=…) and Invalid("cell_is_too_long", row=…)."""
        source = iter(self.lines)
        self.waiting.extend(islice(source, SAMPLE_LINES))
        self.width = self._commonest_width()
        row = line = 0
        while self._fill(source, 1):
            row += 1
            line += 1
            text = self.waiting.popleft()
            record, taken = self._read(text, source)
            if record is None:
                raise Invalid("quote_never_closes", row=row, line=line)
            if any(len(cell) > MAX_CELL for cell in record):
                raise Invalid("cell_is_too_long", row=row)
            line += taken
            yield record

    def _commonest_width(self) -> int:
        """Of the lines that keep the rules; where none does, of all."""
        records = [self._strict(text) for text in self.waiting]
        if not any(records):
            records = [self._split(_bare(text), "doubled") for text in self.waiting]
        widths = Counter(len(cells) for cells in records if cells)
        return max(widths, key=lambda width: (widths[width], width), default=0)

    def _fill(self, source: Iterator[str], count: int) -> bool:
        """Whether `count` lines wait."""
        self.waiting.extend(islice(source, max(0, count - len(self.waiting))))
        return len(self.waiting) >= count

    def _read(self, text: str, source: Iterator[str]) -> tuple[list[str] | None, int]:
        """The record that begins with `text`, and how many more lines it took."""
        record = self._strict(text)
        if record is not None:
            return record, 0
        bare = _bare(text)
        order = reversed(RULES) if self.dialect.escapes_quotes else RULES
        readings = [self._split(bare, rule) for rule in order]
        record = self._fitting(readings)
        if record is None and not any(readings):
            record, taken = self._join(text, source)
            if record is not None:
                return record, taken
        record = record or self._fitting([self._split(bare, "literal")])
        self.repaired += 1
        return record or next((cells for cells in readings if cells), None), 0

    def _fitting(self, readings: list[list[str] | None]) -> list[str] | None:
        return next((cells for cells in readings if cells and len(cells) == self.width), None)

    def _strict(self, text: str) -> list[str] | None:
        try:
            return next(self.dialect.reader([text], strict=True), [])
        except csv.Error:
            return None

    def _join(self, text: str, source: Iterator[str]) -> tuple[list[str] | None, int]:
        """The record over several lines: by the strict rules, or by the first of RULES that gives the width."""
        joined = text
        for taken in range(1, MAX_JOINED):
            if not self._fill(source, taken) or len(joined) > MAX_CELL:
                break
            added = self.waiting[taken - 1]
            joined += added
            if self.dialect.quote not in added:
                continue
            record = self._strict(joined)
            if record is None:
                record = self._fitting([self._split(_bare(joined), "doubled")])
                record = None if record and self._opens_another(record) else record
                self.repaired += record is not None
            if record is not None:
                for _ in range(taken):
                    self.waiting.popleft()
                return record, taken
        return None, 0

    def _opens_another(self, cells: list[str]) -> bool:
        """A cell over several lines in which another cell begins: a stray quote swallowed records."""
        return any("\n" in cell and self.dialect.delimiter + self.dialect.quote in cell for cell in cells)

    def _split(self, text: str, rule: str) -> list[str] | None:
        """The cells of one record, or None where a quoted cell does not close."""
        delimiter, quote = self.dialect.delimiter, self.dialect.quote
        cells: list[str] = []
        start = 0
        while start <= len(text):
            start = _behind_blanks(text, start) if self.dialect.skips_blank else start
            end = text.find(delimiter, start)
            end = len(text) if end < 0 else end
            cell = text[start:end]
            if text.startswith(quote, start):
                closing = self._closing(text, start + 1, rule)
                if closing < 0 and not (rule == "literal" and delimiter + quote in text[start + 1 :]):
                    return None
                if closing >= 0:
                    cell = text[start + 1 : closing].replace(quote * 2, quote)
                    cell = cell.replace("\\" + quote, quote) if rule == "escaped" else cell
                    end = text.find(delimiter, closing + 1)
                    end = len(text) if end < 0 else end
            cells.append(cell)
            start = end + len(delimiter)
        return cells

    def _closing(self, text: str, start: int, rule: str) -> int:
        """Where the quote that closes a cell stands, or -1."""
        delimiter, quote = self.dialect.delimiter, self.dialect.quote
        at = text.find(quote, start)
        while at >= 0:
            behind = _behind_blanks(text, at + 1)
            is_end = behind == len(text) or text.startswith(delimiter, behind)
            if rule == "doubled" and text.startswith(quote, at + 1):
                at = text.find(quote, at + 2)
            elif is_end and not (rule == "escaped" and text[at - 1] == "\\"):
                return -1 if rule == "literal" and delimiter + quote in text[start:at] else at
            else:
                at = text.find(quote, at + 1)
        return -1


def _behind_blanks(text: str, start: int) -> int:
    while text.startswith(" ", start):
        start += 1
    return start


def _bare(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")
