"""Where the table lies in a file: title lines above, header of one or more rows, data, footnotes below.

Offices put a title over the table, a unit line under the title, merge header cells over groups of columns and write
"注：…" and "数据来源：…" below. Everything is decided from the first rows, the last rows and the merged ranges; a
person can overrule it by `ReadOptions`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from datasets.ingest.raw_table import Row
from datasets.ingest.reading import ReadOptions
from datasets.ingest.values import kind_of

HEAD_ROWS = 300
TAIL_ROWS = 80
MAX_HEADER_ROWS = 8
MAX_TITLE_ROWS = 60

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column; 0-based, inclusive."""

NOTE = re.compile(
    r"^[\s　（(【\[*＊※★●]*(?:注|备注|说明|附注|资料来源|数据来源|来源|数据更新|更新时间|更新日期|统计口径|指标解释"
    r"|单位[:：]|制表|填表|填报|审核|负责人|联系人|联系电话"
    r"|source|note|footnote|data source|updated|copyright|©|\(c\))",
    re.I,
)
NUMBERED_NOTE = re.compile(r"^[\s　]*(?:\d{1,2}[.、)）]|[（(]\d{1,2}[)）]|[①-⑳]|[*＊#※]+)\D")
SIGNATURE = re.compile(
    r"^[\s　]*(?:制表人?|填表人?|填报人|填报单位|审核人?|单位负责人|统计负责人|报出日期|填报日期|联系电话)[\s　]*[:：]"
)
TOTAL = re.compile(r"^[\s　]*(?:合\s*计|总\s*计|小\s*计|总\s*和|grand total|total|sum)[\s　]*[:：]?$", re.I)
LONG_NOTE = 40


@dataclass(slots=True)
class Layout:
    """The place of everything, as 0-based rows. `last_row` may be before `first_row`: a header without data."""

    header_rows: list[int]
    first_row: int
    last_row: int
    title_rows: list[int] = field(default_factory=list)
    note_rows: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    total_row: int | None = None


def find_layout(
    head: Sequence[Row], tail: Sequence[Row], count: int, merges: Sequence[Merge], options: ReadOptions
) -> Layout:
    """Find the table among `count` rows of which `head` are the first and `tail` the last."""
    start = _find_start(head) if options.header_row is None else min(options.header_row - 1, count - 1)
    has_header = _has_header(head, start) if options.has_header is None else options.has_header
    if not has_header:
        header: list[int] = []
        first = start
    elif options.header_row_count:
        header = list(range(start, min(start + options.header_row_count, count)))
        first = header[-1] + 1
    else:
        top = start if options.header_row is not None else _extend_up(head, start, merges)
        header = list(range(top, _find_header_end(head, start, merges) + 1))
        first = header[-1] + 1
    top = header[0] if header else first
    layout = Layout(
        header, first, count - 1, title_rows=[row for row in range(min(top, len(head))) if _filled(head[row])]
    )
    _cut_notes(layout, tail, count, max(map(_filled, head[top : top + 100]), default=1))
    layout.left_out = _group_rows(layout, merges, head)
    layout.total_row = _find_total(layout, tail, count)
    return layout


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row)


def _find_start(head: Sequence[Row]) -> int:
    """The first row that is filled like the table's own rows, and not by a title alone."""
    counts = [_filled(row) for row in head]
    wide = [count for count in counts if count > 1]
    if not wide:
        return next((row for row, count in enumerate(counts) if count), 0)
    narrow = sum(count == 1 for count in counts)
    typical = 1 if narrow > 4 * len(wide) else median(wide)
    for row, count in enumerate(counts[:MAX_TITLE_ROWS]):
        if count > max(1, typical / 2) or (typical == 1 and count):
            return row
    return counts.index(max(counts))


def _has_header(head: Sequence[Row], start: int) -> bool:
    """False when the first row holds the same kinds of values as the rows below it: numbers over numbers."""
    first = head[start]
    body = _body(head, start + 1)
    kinds = [kind_of(cell) for cell in first]
    if _are_years(first):
        return True
    same = 0
    for column, kind in enumerate(kinds):
        if kind not in ("number", "date", "code"):
            continue
        below = _column_kinds(body, column)
        same += not body or below[kind] > 0.6 * max(1, below.total())
    named = sum(kind in ("text", "number", "date", "code") for kind in kinds)
    if not body:
        return same == 0
    return same < 0.4 * max(1, named)


def _are_years(row: Row) -> bool:
    """A header such as 地区, 2021, 2022, 2023: no number first, then years that only rise or only fall."""
    numbers = [int(cell) for cell in row if cell and re.fullmatch(r"(?:19|20)\d\d", cell)]
    steps = [second - first for first, second in pairwise(numbers)]
    if kind_of(row[0]) not in ("text", "blank") or not steps:
        return False
    is_counted = set(steps) in ({1}, {-1})
    return is_counted or (len(numbers) > 3 and (min(steps) > 0 or max(steps) < 0))


def _body(head: Sequence[Row], start: int) -> list[Row]:
    """Up to 60 rows from `start` that hold more than one cell (or any, in a table of one column)."""
    rows = [row for row in head[start:] if _filled(row)]
    wide = [row for row in rows if _filled(row) > 1]
    return (wide or rows)[:60]


def _column_kinds(body: Sequence[Row], column: int) -> Counter[str]:
    kinds = Counter(kind_of(row[column]) for row in body if column < len(row))
    del kinds["blank"], kinds["missing"]
    return kinds


def _extend_up(head: Sequence[Row], start: int, merges: Sequence[Merge]) -> int:
    """A sparser row of group headings above the header's last row belongs to the header."""
    top = start
    while top > 0 and start - top < MAX_HEADER_ROWS:
        above, row = head[top - 1], head[top]
        if _is_parent(above, row) or _is_merged_into(top - 1, merges, len(row)):
            top -= 1
        else:
            break
    return top


def _is_parent(above: Row, row: Row) -> bool:
    if _filled(above) < 2 or any(kind_of(cell) in ("number", "date") for cell in above):
        return False
    names = [cell for cell in row if cell is not None]
    fills_gap = any(cell is None and above[column] is not None for column, cell in enumerate(row))
    return fills_gap or len(set(names)) < len(names)


def _is_merged_into(row: int, merges: Sequence[Merge], width: int) -> bool:
    """A merge reaches from `row` down into the next one, and is not a title over the whole width."""
    return any(top <= row < bottom and right - left + 1 < width for top, left, bottom, right in merges)


def _find_header_end(head: Sequence[Row], start: int, merges: Sequence[Merge]) -> int:
    end = start
    while end + 1 < len(head) and end - start < MAX_HEADER_ROWS:
        grown = max(
            [
                end,
                *(
                    bottom
                    for top, left, bottom, right in merges
                    if start <= top <= end < bottom <= start + MAX_HEADER_ROWS
                ),
            ]
        )
        if grown == end and _is_header_below(head, start, end, merges):
            grown = end + 1
        if grown == end:
            break
        end = min(grown, len(head) - 1)
    return end


def _is_header_below(head: Sequence[Row], start: int, end: int, merges: Sequence[Merge]) -> bool:
    """The row under the header so far is one more header row: sub-headings of merged cells, units, or a repeat."""
    header, below = head[end], head[end + 1]
    if not _filled(below):
        return False
    if below == header:
        return True
    spans = [merge for merge in merges if merge[0] == merge[2] == end and 0 < merge[3] - merge[1] < len(header) - 1]
    if spans:
        children = [below[column] for _, left, _, right in spans for column in range(left, min(right + 1, len(below)))]
        return all(kind_of(cell) == "text" for cell in children)
    return _fills_gaps(header, below) or _is_text_over_numbers(head, end + 1)


def _fills_gaps(header: Row, below: Row) -> bool:
    """Without merges (CSV): the lower row fills every gap of the upper one and is blank under some of its cells."""
    last = max(column for column, cell in enumerate(header) if cell is not None)
    inner = [column for column in range(last) if header[column] is None]
    width = max((column for column, cell in enumerate(below) if cell is not None), default=0)
    gaps = [*inner, *range(last + 1, width + 1)]
    if not inner or header[0] is None or any(below[column] is None for column in gaps):
        return False
    texts = all(kind_of(cell) in ("text", "blank") for cell in below)
    return texts and any(below[column] is None for column, cell in enumerate(header) if cell is not None)


def _is_text_over_numbers(head: Sequence[Row], row: int) -> bool:
    """Words in most columns that hold numbers below: units, indicators, places; a data row would hold numbers."""
    body = _body(head, row + 1)
    if len(body) < 2:
        return False
    words = numbers = numeric = 0
    for column in range(len(head[row])):
        kinds = _column_kinds(body, column)
        values = kinds["number"] + kinds["date"]
        if not values or values < 0.8 * kinds.total():
            continue
        numeric += 1
        kind = kind_of(head[row][column])
        words += kind == "text"
        numbers += kind in ("number", "date", "code")
    return numeric >= 2 and numbers == 0 and words >= 0.66 * numeric


def _cut_notes(layout: Layout, tail: Sequence[Row], count: int, width: int) -> None:
    """Take blank rows and footnotes off the end; stop at the first row that is data."""
    offset = count - len(tail)
    notes: list[int] = []
    last = count - 1
    pending: list[int] = []
    for row in range(count - 1, max(layout.first_row, offset) - 1, -1):
        cells = tail[row - offset]
        if not _filled(cells):
            if row == last:
                last -= 1
            continue
        if _is_note(cells, width):
            notes += [row, *pending]
            pending = []
            last = row - 1
        elif _filled(cells) == 1 and width > 2 and NUMBERED_NOTE.match(next(cell for cell in cells if cell)):
            pending.append(row)
        else:
            break
    layout.last_row = last
    layout.note_rows = sorted(notes)


def _is_note(cells: Row, width: int) -> bool:
    filled = [cell for cell in cells if cell is not None]
    first = filled[0]
    if SIGNATURE.match(first):
        return True
    if len(filled) > 1 or width == 1:
        return False
    return bool(NOTE.match(first)) or len(first) > LONG_NOTE or (width > 2 and first.startswith("　　"))


def _group_rows(layout: Layout, merges: Sequence[Merge], head: Sequence[Row]) -> list[int]:
    """Rows merged over the whole width inside the data: headings of groups such as 北京市（92所）, not records."""
    if not layout.header_rows:
        return []
    columns = [column for column, cell in enumerate(head[layout.header_rows[0]]) if cell is not None]
    left, right = columns[0], columns[-1]
    return sorted(
        {
            top
            for top, first, bottom, last in merges
            if top == bottom and layout.first_row <= top <= layout.last_row and first <= left < right <= last
        }
    )


def _find_total(layout: Layout, tail: Sequence[Row], count: int) -> int | None:
    """The last data row when it is a sum of the others."""
    row = layout.last_row - (count - len(tail))
    if layout.last_row < layout.first_row or not 0 <= row < len(tail):
        return None
    return layout.last_row if any(cell and TOTAL.match(cell) for cell in tail[row][:3]) else None
