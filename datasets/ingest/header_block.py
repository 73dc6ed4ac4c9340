"""The rows of a header: group headings above, sub-headings below, a row of units, a row of column numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from datasets.ingest.raw_table import Row
from datasets.ingest.sheet_words import HEADER_WORD, LETTERS, ORDINAL_WORD, STEMS, UNIT_LABEL
from datasets.ingest.values import LONG, can_head, find_ordinal, find_unit, kind_of

if TYPE_CHECKING:
    from datasets.ingest.tables import Merge

MAX_HEADER_ROWS = 8
EDGE_ROWS = 4
"""Rows from which the right edge of a header is taken."""

Span = tuple[int, int]
"""First and last column of a heading, inclusive."""


def filled(row: Row) -> int:
    """How many cells hold anything."""
    return sum(cell is not None for cell in row)


def breadth(row: Row) -> int:
    """Cells that hold anything; one where they all repeat the same words, as under a title merged over the table."""
    cells = [cell for cell in row if cell is not None]
    return 1 if len(cells) > 1 and len(set(cells)) == 1 and kind_of(cells[0]) == "text" else len(cells)


def body_rows(head: Sequence[Row], start: int) -> list[Row]:
    """Up to 60 rows from `start` that hold more than one cell (or any, in a table of one column)."""
    rows = [row for row in head[start:] if filled(row)]
    wide = [row for row in rows if breadth(row) > 1]
    return (wide or rows)[:60]


def column_kinds(body: Sequence[Row], column: int) -> Counter[str]:
    """How often each kind of value occurs in the column; blanks and signs for "no value" do not count."""
    kinds = Counter(kind_of(row[column]) for row in body if column < len(row))
    del kinds["blank"], kinds["missing"]
    return kinds


def extend_up(head: Sequence[Row], start: int, merges: Sequence[Merge]) -> int:
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
    cells = [cell for cell in above if cell is not None]
    if breadth(above) < 2 or any(not can_head(cell) or len(cell) > LONG or "：" in cell for cell in cells):
        return False
    names = [cell for cell in row if cell is not None]
    fills_gap = any(cell is None and above[column] is not None for column, cell in enumerate(row))
    return fills_gap or len(set(names)) < len(names) or _covers(above, row)


def _covers(above: Row, row: Row) -> bool:
    """At least two groups of two columns or more, every column of them named in the row below."""
    if above[0] is not None and row[0] is not None and len(above) > 1 and above[1] is None and filled(above) < 3:
        return False
    wide = [span for span in _spans(above, 0, len(row) - 1) if span[1] > span[0]]
    return len(wide) > 1 and all(can_head(row[column]) for left, right in wide for column in range(left, right + 1))


def _is_merged_into(row: int, merges: Sequence[Merge], width: int) -> bool:
    """A merge reaches from `row` down into the next one, and is not a title over the whole width."""
    return any(top <= row < bottom and right - left + 1 < width for top, left, bottom, right in merges)


def find_header_end(head: Sequence[Row], start: int, merges: Sequence[Merge]) -> int:
    """The last row of the header that begins at or above `start`."""
    end = start
    while end + 1 < len(head) and end - start < MAX_HEADER_ROWS:
        reaches = [bottom for top, _, bottom, _ in merges if start <= top <= end < bottom <= start + MAX_HEADER_ROWS]
        grown = max([end, *reaches])
        if grown == end:
            grown += _count_header_below(head, start, end, merges)
        if grown == end:
            break
        end = min(grown, len(head) - 1)
    return end


def _count_header_below(head: Sequence[Row], start: int, end: int, merges: Sequence[Merge]) -> int:
    """How many rows under the header so far are one more part of it."""
    header, below = head[end], head[end + 1]
    if not filled(below):
        return 0
    if below == header or _is_under_merges(header, below, end, merges):
        return 1
    levels = _count_levels(head, end)
    if levels and _are_names(head[end + 1 : end + 1 + levels], body_rows(head, end + 1 + levels)):
        return levels
    body = body_rows(head, end + 2)
    if not body:
        return 0
    is_part = (
        (is_unit_row(below, header) and _has_numbers_under(below, body))
        or (is_number_row(below, header) and _is_unlike(below, body))
        or _is_text_over_numbers(below, body)
        or _has_no_key(below, header, body)
    )
    return int(is_part)


def _is_under_merges(header: Row, below: Row, end: int, merges: Sequence[Merge]) -> bool:
    """Every cell under a heading merged over several columns is a sub-heading, and nothing stands beside them."""
    spans = [merge for merge in merges if merge[0] == merge[2] == end and 0 < merge[3] - merge[1] < len(header) - 1]
    under = {column for _, left, _, right in spans for column in range(left, min(right + 1, len(below)))}
    beside = [column for column in range(len(below)) if column not in under and below[column] is not None]
    if not under or any(below[column] != header[column] for column in beside):
        return False
    return all(can_head(below[column]) for column in under)


def _spans(row: Row, left: int, right: int) -> list[Span]:
    """The columns of each heading: from its cell to the next one, or to `right`."""
    starts = [column for column in range(left, right + 1) if column < len(row) and row[column] is not None]
    return [(first, last - 1) for first, last in zip(starts, [*starts[1:], right + 1], strict=True)]


def _count_levels(head: Sequence[Row], end: int) -> int:
    """Rows of sub-headings without merges (CSV): each fills the gaps of the one above and nothing outside them."""
    edge = max((column for row in head[end : end + EDGE_ROWS] for column, cell in enumerate(row) if cell), default=0)
    every = _spans(head[end], 0, edge)
    spans = [span for span in every if span[1] > span[0]]
    if len(spans) == len(every):
        return 0
    for level, below in enumerate(head[end + 1 : end + 1 + MAX_HEADER_ROWS], start=1):
        cells = [column for column, cell in enumerate(below) if cell is not None]
        is_inside = all(any(left <= column <= right for left, right in spans) for column in cells)
        if not cells or not is_inside or any(below[left] is None for left, _ in spans):
            return 0
        if not all(can_head(below[column]) for column in cells):
            return 0
        spans = [inner for left, right in spans for inner in _spans(below, left, right) if inner[1] > inner[0]]
        if not spans:
            return level
    return 0


def _are_names(levels: Sequence[Row], body: Sequence[Row]) -> bool:
    """Sub-headings, not records under a blank name: known as names, over numbers, or blank where records have a key."""
    key = next((column for column in range(len(levels[0])) if any(row[column] for row in body)), 0)
    if body and all(row[key] is None for row in levels):
        return True
    cells = [(column, cell.strip()) for row in levels for column, cell in enumerate(row) if cell is not None]
    if any(HEADER_WORD.fullmatch(cell) for _, cell in cells):
        return True
    kinds = [column_kinds(body, column) for column, _ in cells]
    return any(found["number"] > 0.6 * max(1, found.total()) for found in kinds)


def own_cells(row: Row, above: Row) -> list[str]:
    """The cells that do not only repeat the one above them, as under a heading merged over two rows."""
    return [
        cell for column, cell in enumerate(row) if cell is not None and (column >= len(above) or cell != above[column])
    ]


def is_unit_row(row: Row, above: Row) -> bool:
    """Units in every cell, apart from a label such as 单位 and signs for "none".

    A lone unit beside headings that reach down over this row is one more part of its name.
    """
    cells = own_cells(row, above)
    if 2 * len(cells) < filled(row):
        return False
    units = [cell for cell in cells if find_unit(cell)]
    others = [cell for cell in cells if not find_unit(cell) and kind_of(cell) != "missing"]
    return bool(units) and all(UNIT_LABEL.fullmatch(cell) for cell in others)


def _has_numbers_under(row: Row, body: Sequence[Row]) -> bool:
    """Most of the columns with a unit hold numbers, as far as they hold anything."""
    columns = [column for column, cell in enumerate(row) if find_unit(cell)]
    kinds = [found for column in columns if (found := column_kinds(body, column))]
    return sum(found["number"] > 0.5 * found.total() for found in kinds) >= 0.5 * len(kinds)


def is_number_row(row: Row, above: Row) -> bool:
    """Columns numbered one by one: 甲 乙 1 2 3, (1) (2) (3), 栏次 1 2 3=1+2. Words come first, and in their order."""
    cells = own_cells(row, above)
    ordinals = [number for cell in cells if (number := find_ordinal(cell)) is not None]
    words = cells[: len(cells) - len(ordinals)]
    if len(cells) < 3 or not ordinals or ordinals != list(range(1, len(ordinals) + 1)):
        return False
    stems = "".join(word for word in words if len(word) == 1)
    is_ordered = stems.strip("-—－") in (STEMS[: len(stems)], LETTERS[: len(stems)], "")
    return is_ordered and all(ORDINAL_WORD.fullmatch(word) for word in words)


def _is_unlike(row: Row, body: Sequence[Row]) -> bool:
    """A row of plain numbers counts as numbering only where several rows below hold words in one of its columns.

    A row 甲, 1, 2 over 乙, 3, 4 is the first record of a list.
    """
    stems = [column for column, cell in enumerate(row) if cell and cell.strip() in (*STEMS, *LETTERS)]
    if any((below[column] or "").strip() in (*STEMS, *LETTERS) for below in body for column in stems):
        return False
    if any(cell and not cell.isdigit() and kind_of(cell) != "missing" for cell in row):
        return True
    kinds = [column_kinds(body, column) for column, cell in enumerate(row) if cell]
    return len(kinds) > 2 and len(body) > 1 and any(found["text"] > 0.6 * max(1, found.total()) for found in kinds)


def _has_no_key(row: Row, above: Row, body: Sequence[Row]) -> bool:
    """Words only, nothing under the first heading, and below columns of numbers with a key in every row."""
    key = next((column for column, cell in enumerate(above) if cell is not None), 0)
    cells = [cell for cell in row if cell is not None]
    if row[key] is not None or len(cells) < 2 or not all(kind_of(cell) == "text" for cell in cells):
        return False
    over = [column_kinds(body, column) for column, cell in enumerate(row) if cell is not None]
    numeric = [found for found in over if found["number"] > 0.6 * max(1, found.total())]
    return len(numeric) > 1 and sum(kind_of(below[key]) != "blank" for below in body) > 0.6 * len(body)


def _is_text_over_numbers(row: Row, body: Sequence[Row]) -> bool:
    """Words in most columns that hold numbers below: indicators, places; a data row would hold numbers."""
    if len(body) < 2:
        return False
    words = numbers = numeric = 0
    for column in range(len(row)):
        kinds = column_kinds(body, column)
        values = kinds["number"] + kinds["date"]
        if not values or values < 0.8 * kinds.total():
            continue
        numeric += 1
        kind = kind_of(row[column])
        words += kind == "text"
        numbers += kind in ("number", "date", "code")
    return numeric >= 2 and numbers == 0 and words >= 0.66 * numeric
