"""Where the table lies in a file: title lines above, header of one or more rows, data, footnotes below.

Offices put a title over the table, a unit line under the title, merge header cells over groups of columns and write
"注：…" and "数据来源：…" below. Everything is decided from the first rows, the last rows and the merged ranges; a
person can overrule it by `ReadOptions`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from datasets.ingest.header_block import (
    MAX_HEADER_ROWS,
    body_rows,
    breadth,
    column_kinds,
    extend_up,
    filled,
    find_header_end,
)
from datasets.ingest.raw_table import Row
from datasets.ingest.reading import ReadOptions
from datasets.ingest.sheet_words import (
    HEADER_WORD,
    LABEL,
    NOTE,
    NOTE_LABEL,
    NUMBERED_NOTE,
    RULE,
    SIGN_OFF,
    SIGNATURE,
)
from datasets.ingest.values import LONG, YEAR, can_head, kind_of

HEAD_ROWS = 300
TAIL_ROWS = 80
MAX_TITLE_ROWS = 60

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column; 0-based, inclusive."""


@dataclass(slots=True)
class Layout:
    """The place of everything, as 0-based rows. `last_row` may be before `first_row`: a header without data.

    `header_rows` hold the names and, below them, rows of units and of column numbers. `left_out` are all rows between
    `first_row` and `last_row` that are no records: `group_rows` and `repeated_rows`. `total_rows` and `lone_rows` are
    records that a person should look at. `columns` bounds the table where another one stands beside it.
    """

    header_rows: list[int]
    first_row: int
    last_row: int
    title_rows: list[int] = field(default_factory=list)
    note_rows: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    group_rows: list[int] = field(default_factory=list)
    repeated_rows: list[int] = field(default_factory=list)
    total_rows: list[int] = field(default_factory=list)
    lone_rows: list[int] = field(default_factory=list)
    doubtful_rows: list[int] = field(default_factory=list)
    """Records behind a blank row that may be the header of another table."""
    other_tables: list[int] = field(default_factory=list)
    """First rows of tables above or below that were not taken."""
    columns: tuple[int, int] | None = None

    def shift(self, rows: int) -> None:
        """Count from `rows` rows further up."""
        self.header_rows = [row + rows for row in self.header_rows]
        self.title_rows = [row + rows for row in self.title_rows]
        self.note_rows = [row + rows for row in self.note_rows]
        self.group_rows = [row + rows for row in self.group_rows]
        self.first_row += rows
        self.last_row += rows


def find_layout(
    head: Sequence[Row], tail: Sequence[Row], count: int, merges: Sequence[Merge], options: ReadOptions
) -> Layout:
    """Find the table among `count` rows of which `head` are the first and `tail` the last."""
    start = find_start(head) if options.header_row is None else min(options.header_row - 1, count - 1)
    is_named = has_header(head, start, merges) if options.has_header is None else options.has_header
    if not is_named and options.has_header is None and options.header_row is None and _has_names_above(head, start):
        start, is_named = start - 1, True
    if not is_named:
        header: list[int] = []
        first = start
    elif options.header_row_count:
        header = list(range(start, min(start + options.header_row_count, count)))
        first = header[-1] + 1
    else:
        top = start if options.header_row is not None else extend_up(head, start, merges)
        header = list(range(top, find_header_end(head, start, merges) + 1))
        first = header[-1] + 1
    top = header[0] if header else first
    titles = [row for row in range(min(top, len(head))) if filled(head[row])]
    layout = Layout(header, first, count - 1, title_rows=titles)
    _cut_notes(layout, tail, count, max(map(filled, head[top : top + 100]), default=1))
    layout.group_rows = _merged_group_rows(layout, merges, head)
    return layout


def find_start(head: Sequence[Row]) -> int:
    """The first row that is filled like the table's own rows, and not by a title alone."""
    counts = [0 if is_label_row(row) else breadth(row) for row in head]
    wide = [count for count in counts if count > 1]
    if not wide:
        return next((row for row, count in enumerate(map(filled, head)) if count), 0)
    narrow = sum(count == 1 for count in counts)
    typical = 1 if narrow > 4 * len(wide) else median(wide)
    for row, count in enumerate(counts[:MAX_TITLE_ROWS]):
        if count > max(1, typical / 2) or (typical == 1 and count):
            return row + 1 if _is_title_over(head, row, counts) else row
    return counts.index(max(counts))


def is_label_row(row: Row) -> bool:
    """Only cells such as 填报单位：花湖街道 or 2026年1月: a line between title and table."""
    cells = [cell for cell in row if cell is not None]
    labels = [cell for cell in cells if LABEL.match(cell) and kind_of(cell) == "text"]
    is_said = bool(labels) and not labels[0].rstrip().endswith((":", "："))
    return bool(labels) and all(
        cell in labels
        or kind_of(cell) == "date"
        or SIGN_OFF.fullmatch(cell)
        or (is_said and YEAR.fullmatch(cell.strip()))
        for cell in cells
    )


def _is_title_over(head: Sequence[Row], row: int, counts: Sequence[int]) -> bool:
    """A title of two cells (name and date) over a header of more: the row below names every column, with a date above
    one of them at most. Or a remark behind "#" that the delimiter cuts."""
    if row + 1 >= len(head) or counts[row] >= counts[row + 1]:
        return False
    if (head[row][0] or "").startswith("#") and all(can_head(cell) for cell in head[row + 1] if cell is not None):
        return True
    if counts[row] != 2:
        return False
    cells = [cell for cell in head[row] if cell is not None]
    has_day = any(SIGN_OFF.fullmatch(cell) or kind_of(cell) == "date" or LABEL.match(cell) for cell in cells[1:])
    return has_day and all(can_head(cell) for cell in head[row + 1] if cell is not None)


def has_header(head: Sequence[Row], start: int, merges: Sequence[Merge] = ()) -> bool:
    """False when the first row holds the same kinds of values as the rows below it: numbers over numbers, or words that
    occur again in their own column."""
    first = head[start]
    if _are_years(first) or _are_counted(first):
        return True
    reach = max([start, *(bottom for top, _, bottom, _ in merges if top <= start < bottom < start + MAX_HEADER_ROWS)])
    body = [row for row in body_rows(head, reach + 1) if row != first]
    named = sum(kind_of(cell) in ("text", "number", "date", "code") for cell in first)
    kinds = [column_kinds(body, column) for column in range(len(first))]
    same = sum(_is_same(cell, kinds[column], body, column) for column, cell in enumerate(first))
    if not body:
        return same == 0
    if same >= 0.4 * max(1, named):
        return False
    if any(cell and HEADER_WORD.fullmatch(cell.strip()) for cell in first):
        return True
    is_over_numbers = any(
        kind_of(cell) == "text" and found["number"] + found["date"] >= 0.8 * max(1, found.total())
        for cell, found in zip(first, kinds, strict=True)
    )
    return is_over_numbers or not any(
        kind_of(cell) == "text" and any(column < len(row) and row[column] == cell for row in body)
        for column, cell in enumerate(first)
    )


def _has_names_above(head: Sequence[Row], start: int) -> bool:
    """The row above names every column but the first, as in ",户数" over "2024,10": too narrow to look like a row."""
    if not start or head[start - 1][0] is not None:
        return False
    names = head[start - 1]
    used = [column for column in range(1, len(names)) if any(row[column] for row in head[start : start + 20])]
    is_named = bool(used) and all(kind_of(names[column]) == "text" for column in used)
    return is_named and not is_label_row(names) and head[start][0] is not None


def _is_same(cell: str | None, below: dict[str, int], body: Sequence[Row], column: int) -> bool:
    """The cell looks like those of the column below: a number over numbers, A001 over A002."""
    kind = kind_of(cell)
    total = max(1, sum(below.values()))
    if kind in ("number", "date", "code"):
        return not body or below.get(kind, 0) > 0.6 * total
    if kind != "text" or not any(sign.isdigit() for sign in cell or "") or len(body) < 2:
        return False
    form = form_of(cell)
    return sum(form_of(row[column]) == form for row in body if column < len(row)) > 0.8 * total


def form_of(cell: str | None) -> str:
    """The cell with 9 for digits and A for capitals: "A001" and "A12" have the form A9."""
    return re.sub("[A-Z]+", "A", re.sub(r"\d+", "9", cell or ""))


def _are_years(row: Row) -> bool:
    """A header such as 地区, 2021, 2022, 2023: no number first, then years that only rise or only fall."""
    numbers = [int(cell) for cell in row if cell and re.fullmatch(r"(?:19|20)\d\d", cell)]
    steps = [second - first for first, second in pairwise(numbers)]
    if kind_of(row[0]) not in ("text", "blank") or not steps:
        return False
    is_counted = set(steps) in ({1}, {-1})
    return is_counted or (len(numbers) > 3 and (min(steps) > 0 or max(steps) < 0))


def _are_counted(row: Row) -> bool:
    """A header such as 行业, 1, 2, … 12: a word, then whole numbers from 1 on, as for months and weeks."""
    numbers = [cell for cell in row[1:] if cell is not None]
    is_counted = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    return len(numbers) > 3 and is_counted and kind_of(row[0]) in ("text", "blank")


def _cut_notes(layout: Layout, tail: Sequence[Row], count: int, width: int) -> None:
    """Take blank rows, footnotes and signatures off the end; stop at the first row that is data.

    A lone cell at the end is a note only where a note stands above it or a blank row parts it from the data.
    """
    offset = count - len(tail)
    notes: list[int] = []
    last = count - 1
    ruled = _find_rule(tail, width) + offset
    pending: list[int] = []
    for row in range(count - 1, max(layout.first_row, offset) - 1, -1):
        cells = tail[row - offset]
        if not filled(cells):
            if row == last or (pending and all(_is_remark(tail, at - offset, row - offset) for at in pending)):
                last = row - 1
                notes, pending = [*pending, *notes], []
        elif row >= ruled or is_note(cells, width):
            notes = [row, *pending, *notes]
            pending = []
            last = row - 1
        elif breadth(cells) == 1 and (width > 2 or NUMBERED_NOTE.match(next(filter(None, cells)))):
            pending.append(row)
        else:
            break
    layout.last_row = last
    layout.note_rows = sorted(notes)


def _find_rule(tail: Sequence[Row], width: int) -> int:
    """The row from which on, below a line drawn of signs, only short lines follow; len(tail) where there is none."""
    found = len(tail)
    for at in range(len(tail) - 1, -1, -1):
        cells = [cell for cell in tail[at] if cell is not None]
        if len(cells) > min(2, width - 2):
            break
        found = at if len(cells) == 1 and RULE.fullmatch(cells[0]) else found
    return found


def _is_remark(tail: Sequence[Row], at: int, blank: int) -> bool:
    """The lone cell of row `at`, behind the blank row, is a sentence rather than the first cell of a record: words
    where numbers stand above, or longer than all of its column."""
    column, cell = next((column, cell) for column, cell in enumerate(tail[at]) if cell is not None)
    above = [found for row in tail[:blank] if column < len(row) and (found := row[column]) is not None]
    numbers = sum(kind_of(found) in ("number", "date", "code") for found in above)
    return kind_of(cell) == "text" and (numbers > 0.6 * len(above) or len(cell) > max(map(len, above), default=0))


def is_note(cells: Row, width: int) -> bool:
    """A footnote, a source, a signature or a date under a table of `width` columns."""
    found = [cell for cell in cells if cell is not None]
    first = found[0]
    if SIGNATURE.match(first) or (len(found) == 2 and width > 3 and NOTE_LABEL.fullmatch(first)):
        return True
    if breadth(cells) > 1 or width == 1:
        return False
    if NOTE.match(first) or len(first) > LONG or (width > 2 and (first.startswith("　　") or LABEL.match(first))):
        return True
    return width > 2 and cells[0] is None and SIGN_OFF.fullmatch(first) is not None


def _merged_group_rows(layout: Layout, merges: Sequence[Merge], head: Sequence[Row]) -> list[int]:
    """Rows merged over the whole width inside the data: headings of groups such as 北京市（92所）, not records."""
    if not layout.header_rows:
        return []
    columns = [column for row in layout.header_rows for column, cell in enumerate(head[row]) if cell is not None]
    left, right = min(columns), max(columns)
    return sorted(
        {
            top
            for top, first, bottom, last in merges
            if top == bottom and layout.first_row <= top <= layout.last_row and first <= left < right <= last
        }
    )
