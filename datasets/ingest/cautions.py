"""What a person should look at before confirming: nothing here stops a reading."""

from __future__ import annotations

from datasets.errors import Problem
from datasets.ingest.delivery import Delivery
from datasets.ingest.row_store import StoredRows

EXAMPLES = 5


def list_cautions(delivery: Delivery, stored: StoredRows) -> list[Problem]:
    """What was noticed while loading, then what the layout, the names and the rows show."""
    return [
        *delivery.source.warnings,
        *_layout_warnings(delivery),
        *_name_warnings(stored),
        *_width_warnings(delivery),
    ] + ([Problem("", "no_rows")] if not stored.row_count else [])


def _layout_warnings(delivery: Delivery) -> list[Problem]:
    layout = delivery.layout
    found = []
    if not layout.header_rows:
        found.append(Problem("", "no_header"))
    for code, rows in (
        ("group_rows_left_out", layout.group_rows),
        ("repeated_headers_left_out", layout.repeated_rows),
        ("rows_hold_one_cell", layout.lone_rows),
        ("rows_may_be_headers", layout.doubtful_rows),
        ("other_tables_left_out", layout.other_tables),
    ):
        if rows:
            found.append(Problem("", code, count=len(rows), rows=[row + 1 for row in rows[:EXAMPLES]]))
    if layout.columns:
        letters = [column_letters(column) for column in layout.columns]
        found.append(Problem("", "table_beside_left_out", first=letters[0], last=letters[1]))
    filled = sum(layout.first_row <= top < bottom for top, _, bottom, _ in delivery.merges)
    if filled:
        found.append(Problem("", "merged_cells_filled", count=filled))
    if layout.total_rows:
        rows = [row + 1 for row in layout.total_rows]
        found.append(Problem(str(rows[0]), "total_row_in_data", count=len(rows), rows=rows[:EXAMPLES]))
    return found


def column_letters(column: int) -> str:
    """A for 0, AA for 26, as spreadsheets name columns."""
    letters = ""
    number = column + 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _name_warnings(stored: StoredRows) -> list[Problem]:
    found = []
    for repair in ("blank", "duplicate", "shortened"):
        names = [column.name for column in stored.columns if column.repaired == repair]
        if names:
            found.append(Problem("", f"header_{repair}", count=len(names), names=names[:EXAMPLES]))
    return found


def _width_warnings(delivery: Delivery) -> list[Problem]:
    """Records with more or fewer cells than the header: a delimiter too many or too few."""
    layout = delivery.layout
    if delivery.source.dialect is None or not layout.header_rows:
        return []
    width = delivery.source.width_of(layout.header_rows[-1])
    rows = [(row, size) for row, size in delivery.source.odd_rows if layout.first_row <= row <= layout.last_row]
    long = [row + 1 for row, size in rows if size > width]
    short = [row + 1 for row, size in rows if size < width]
    return [
        Problem(str(numbers[0]), code, count=len(numbers), rows=numbers[:EXAMPLES], width=width)
        for code, numbers in (("rows_are_long", long), ("rows_are_short", short))
        if numbers
    ]
