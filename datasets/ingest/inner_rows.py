"""Rows inside the data that are no records, or should be looked at: totals, headings of groups, headers printed again.

Up to `SCAN_CELLS` cells every row is looked at; in larger tables, which no one writes by hand, the first and last ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from datasets.ingest.header_block import body_rows, breadth, filled
from datasets.ingest.next_tables import is_other_table, judge_header
from datasets.ingest.raw_table import RawTable, Row
from datasets.ingest.sheet_words import CONTINUED, TOTAL
from datasets.ingest.tables import HEAD_ROWS, TAIL_ROWS, Layout, form_of
from datasets.ingest.values import kind_of

SCAN_CELLS = 4_000_000
MAX_THIN = 2_000
"""Rows of one cell or none, beyond which a table is simply sparse."""
BLOCK_ROWS = 40
"""Rows above and below that tell what a lone cell is."""
WINDOW_CELLS = 200_000
LONGER = 2
"""How many times as long the table below must be to be preferred to what stands above it."""
SERIAL = re.compile(r"[1-9]\d{0,8}", re.ASCII)
REPEATED = 0.6
"""Share of the names from which on a row that holds nothing else is the header again."""
TOTAL_COLUMNS = 3
"""Columns at the left in which the word for a total is looked for."""


class _Window:
    """Records for one who goes down a table with a look back: many at a time, since each query costs milliseconds."""

    def __init__(self, table: RawTable) -> None:
        self._table = table
        self._start = 0
        self._rows: list[Row] = []

    def rows(self, start: int, count: int) -> list[Row]:
        """As `RawTable.rows`."""
        if start < self._start or start + count > self._start + len(self._rows):
            self._start = max(0, start - BLOCK_ROWS)
            most = max(start + count - self._start, WINDOW_CELLS // self._table.width)
            self._rows = self._table.rows(self._start, most)
        return self._rows[start - self._start :][:count]


def is_scanned(layout: Layout, width: int) -> bool:
    """Every row of the table is looked at."""
    return (layout.last_row - layout.first_row + 1) * width <= SCAN_CELLS


def list_thin_rows(table: RawTable, layout: Layout) -> list[int]:
    """Rows of the data with at most one filled cell; none when there are so many that they tell nothing."""
    if not is_scanned(layout, table.width) or table.width < 2:
        return []
    count = f"list_count([{', '.join(f'r{column}' for column in range(table.width))}])"
    found = table.connection.execute(
        f"SELECT rowid FROM raw WHERE rowid BETWEEN ? AND ? AND {count} <= 1 ORDER BY rowid LIMIT {MAX_THIN + 1}",
        [layout.first_row, layout.last_row],
    ).fetchall()
    return [row for (row,) in found] if len(found) <= MAX_THIN else []


def find_next_tables(table: RawTable, layout: Layout, thin: Sequence[int]) -> list[int]:
    """Rows at which, after a blank row or a title, another table with its own header begins for certain.

    A row that only may be a header is noted as one of `doubtful_rows` and stays: rows that go on behind a blank row
    are never lost.
    """
    above, window = table.rows(layout.first_row, BLOCK_ROWS), _Window(table)
    names = table.rows(layout.header_rows[0], 1)[0] if layout.header_rows else []
    starts = []
    for begin, end in _runs(thin):
        block = window.rows(begin, end - begin + 1 + BLOCK_ROWS)
        titles, rows = block[: end - begin + 1], _until_thin(block[end - begin + 1 :])
        if not layout.header_rows:
            is_longer = layout.last_row - end >= LONGER * (begin - layout.first_row)
            if is_longer and is_other_table(rows, above[: begin - layout.first_row]):
                return [begin]
            continue
        verdict = judge_header(titles, rows, names, above[: begin - layout.first_row])
        if verdict == "header":
            starts.append(begin)
        elif verdict == "doubt":
            layout.doubtful_rows.append(end + 1)
    return starts


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of neighbouring rows."""
    if not rows:
        return []
    cuts = [(before, after) for before, after in pairwise(rows) if after != before + 1]
    return list(zip([rows[0], *(after for _, after in cuts)], [*(before for before, _ in cuts), rows[-1]], strict=True))


def _until_thin(rows: Sequence[Row]) -> list[Row]:
    taken: list[Row] = []
    for row in rows:
        if filled(row) <= 1:
            break
        taken.append(row)
    return taken


def mark_inner_rows(table: RawTable, layout: Layout, thin: Sequence[int]) -> None:
    """Fill in `repeated_rows`, `group_rows`, `left_out`, `lone_rows` and `total_rows` of `layout`."""
    inside = [row for row in thin if layout.first_row <= row <= layout.last_row]
    _mark_repeated(table, layout, inside)
    _mark_groups(table, layout, inside)
    layout.left_out = sorted({*layout.group_rows, *layout.repeated_rows})
    totals = _list_totals(table, layout)
    records = layout.last_row - layout.first_row + 1 - len(layout.left_out)
    layout.total_rows = totals if len(totals) <= 0.5 * max(2, records) else []


def _mark_repeated(table: RawTable, layout: Layout, thin: Sequence[int]) -> None:
    """Rows equal to the header's, and lone titles or 续表 directly above them, as on each printed page."""
    if not layout.header_rows or not is_scanned(layout, table.width):
        return
    found: list[int] = []
    for level, header in enumerate(table.rows(layout.header_rows[0], len(layout.header_rows))):
        if filled(header) > 1:
            least = max(2, REPEATED * filled(header)) if level == 0 else filled(header)
            found += _list_equal(table, layout, header, least)
    titles = {cell for row in layout.title_rows for cell in table.rows(row, 1)[0] if cell}
    lone = set(thin)
    above: list[int] = []
    for row in sorted(found):
        for before in takewhile(lone.__contains__, range(row - 1, -1, -1)):
            cells = [cell for cell in table.rows(before, 1)[0] if cell]
            if cells and cells[0] not in titles and not CONTINUED.fullmatch(cells[0]):
                if before - 1 in lone and not filled(table.rows(before - 1, 1)[0]) and kind_of(cells[0]) == "text":
                    layout.group_rows = sorted({*layout.group_rows, before})
                break
            above += [before] if cells else []
    layout.repeated_rows = sorted({*found, *above})


def _list_equal(table: RawTable, layout: Layout, header: Row, least: float) -> list[int]:
    """Rows of at least so many cells, each of which repeats the name over it."""
    same = " AND ".join(f"(r{column} IS NULL OR r{column} = ?)" for column in range(len(header)))
    count = f"list_count([{', '.join(f'r{column}' for column in range(len(header)))}])"
    found = table.connection.execute(
        f"SELECT rowid FROM raw WHERE rowid BETWEEN ? AND ? AND {same} AND {count} >= {least}"
        f" ORDER BY rowid LIMIT {MAX_THIN}",
        [layout.first_row, layout.last_row, *header],
    ).fetchall()
    return [row for (row,) in found]


def _mark_groups(table: RawTable, layout: Layout, thin: Sequence[int]) -> None:
    """Lone words in the column of serial numbers head a group; elsewhere they stay and are told."""
    body = body_rows(table.rows(layout.first_row, HEAD_ROWS), 0)
    if max(map(breadth, body), default=0) <= 2:
        return
    known = {*layout.group_rows, *layout.repeated_rows}
    groups, window = list(layout.group_rows), _Window(table)
    for row in thin:
        lone = [(column, cell) for column, cell in enumerate(window.rows(row, 1)[0]) if cell]
        if row in known or not lone or not layout.header_rows:
            continue
        column, cell = lone[0]
        if kind_of(cell) == "text" and not re.match(TOTAL, cell) and _heads_counted(window, layout, row, column):
            groups.append(row)
        elif not _is_like_others(cell, body, column):
            layout.lone_rows.append(row)
    layout.group_rows = sorted(groups)


def _heads_counted(window: _Window, layout: Layout, row: int, column: int) -> bool:
    """The rows around count 1, 2, 3 … in this column, and the count goes on or begins again below `row`."""
    start = max(layout.first_row, row - BLOCK_ROWS)
    cells = [found[column] or "" for found in window.rows(start, row - start + BLOCK_ROWS)]
    before = [int(cell) for cell in cells[: row - start] if SERIAL.fullmatch(cell)]
    after = [int(cell) for cell in cells[row - start + 1 :] if SERIAL.fullmatch(cell)]
    counted = [*before, *after]
    steps = all(number in (1, last + 1) for last, number in pairwise(counted))
    return bool(after) and steps and (start > layout.first_row or counted[0] == 1)


def _is_like_others(cell: str, body: Sequence[Row], column: int) -> bool:
    """A label with digits of the same form as half of its column: 1978年 among years is a record without values."""
    form = form_of(cell)
    if form == cell:
        return False
    return sum(form_of(row[column]) == form for row in body) > 0.5 * len(body)


def _list_totals(table: RawTable, layout: Layout) -> list[int]:
    """Rows that a word such as 合计 in one of the left columns tells to be sums of others."""
    left_out = set(layout.left_out)
    first = layout.columns[0] if layout.columns else _first_column(table, layout)
    columns = range(first, min(first + TOTAL_COLUMNS, table.width))
    if is_scanned(layout, table.width):
        matches = " OR ".join(f"regexp_matches(r{column}, ?)" for column in columns)
        found = table.connection.execute(
            f"SELECT rowid FROM raw WHERE rowid BETWEEN ? AND ? AND ({matches}) ORDER BY rowid LIMIT {MAX_THIN}",
            [layout.first_row, layout.last_row, *[TOTAL] * len(columns)],
        ).fetchall()
        return [row for (row,) in found if row not in left_out]
    starts = [layout.first_row, max(layout.first_row + HEAD_ROWS, layout.last_row - TAIL_ROWS + 1)]
    rows = [
        (start + at, row)
        for start, size in zip(starts, (HEAD_ROWS, TAIL_ROWS), strict=True)
        for at, row in enumerate(table.rows(start, size))
    ]
    return [
        number
        for number, row in rows
        if number <= layout.last_row and any((cell := row[column]) and re.match(TOTAL, cell) for column in columns)
    ]


def _first_column(table: RawTable, layout: Layout) -> int:
    """The leftmost column that holds anything in the first rows of the table."""
    rows = table.rows(layout.header_rows[0] if layout.header_rows else layout.first_row, BLOCK_ROWS)
    return next((column for column in range(table.width) if any(row[column] for row in rows)), 0)
