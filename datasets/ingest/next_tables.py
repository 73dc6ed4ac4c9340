"""Whether a row below the data is the header of another table. In doubt it is a record like the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from datasets.ingest.header_block import breadth, column_kinds
from datasets.ingest.raw_table import Row
from datasets.ingest.sheet_words import HEADER_WORD, TABLE_TITLE, TOTAL
from datasets.ingest.tables import has_header, is_label_row
from datasets.ingest.values import LONG, can_head

Verdict = Literal["header", "doubt", "record"]

DIGITS = re.compile(r"(?<![A-Za-z])\d")
YEARS = re.compile(r"(?:19|20)\d\d年?(?:\d{1,2}月)?|\d{1,2}月")
SAID = re.compile(r"[未暂缺无不]\S{1,3}|同上|免费|保密|停\S{1,2}")
"""未报, 暂缺, 不详: what is written where a number should stand."""


def judge_header(titles: Sequence[Row], rows: Sequence[Row], names: Row, above: Sequence[Row]) -> Verdict:
    """What the first of `rows` is, which stand below the lines `titles` and the table of `names` and rows `above`.

    A header for certain has words known as names (its own or those of the table above), or names every one of at least
    two columns of numbers, or nothing but a header stands above. "doubt" is a row of new words over one such column.
    """
    if rows and is_label_row(rows[0]):
        rows = rows[1:]
    if len(rows) < 2 or rows[0] == names or not _can_be_header(rows, above):
        return "record"
    first, body = rows[0], rows[1:]
    cells = [cell.strip() for cell in first if cell is not None]
    known = sum(HEADER_WORD.fullmatch(cell) is not None or cell in names for cell in cells)
    is_titled = any(cell and TABLE_TITLE.match(cell) for row in titles for cell in row)
    if known >= (1 if is_titled else 2):
        return "header"
    numeric = [column for column in range(len(first)) if _is_numeric(body, column)]
    over = [cell for column in numeric if (cell := first[column])]
    if not over or any(DIGITS.search(YEARS.sub("", cell)) or SAID.fullmatch(cell.strip()) for cell in over):
        return "record"
    return "header" if len(over) == len(numeric) > 1 or not above else "doubt"


def is_other_table(rows: Sequence[Row], above: Sequence[Row]) -> bool:
    """Below a few rows without names: short names over every column of a table of another width."""
    if len(rows) < 2 or not _can_be_header(rows, above):
        return False
    used = [_last_column(row) for row in rows[1:]]
    cells = [cell for cell in rows[0] if cell is not None]
    is_named = len(cells) == _last_column(rows[0]) + 1 >= max(used) + 1
    return is_named and max(map(len, cells)) <= LONG and max(map(_last_column, above)) != max(used)


def _last_column(row: Row) -> int:
    return max((column for column, cell in enumerate(row) if cell is not None), default=-1)


def _can_be_header(rows: Sequence[Row], above: Sequence[Row]) -> bool:
    """Different words over nearly all columns, none of them a total or a value of its own column."""
    first, body = rows[0], rows[1:]
    cells = [cell for cell in first if cell is not None]
    if len(cells) < 2 or len(set(cells)) < len(cells) or not all(can_head(cell) for cell in cells):
        return False
    if len(cells) < 0.6 * max(map(breadth, body)) or any(re.match(TOTAL, cell) for cell in cells):
        return False
    is_value = any(cell is not None and row[column] == cell for row in above for column, cell in enumerate(first))
    return not is_value and has_header(rows, 0)


def _is_numeric(body: Sequence[Row], column: int) -> bool:
    kinds = column_kinds(body, column)
    return kinds["number"] + kinds["date"] + kinds["code"] > 0.6 * max(1, kinds.total())
