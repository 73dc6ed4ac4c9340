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
    if layout.left_out:
        rows = [row + 1 for row in layout.left_out]
        found.append(Problem("", "group_rows_left_out", count=len(rows), rows=rows[:EXAMPLES]))
    filled = sum(layout.first_row <= top < bottom for top, _, bottom, _ in delivery.merges)
    if filled:
        found.append(Problem("", "merged_cells_filled", count=filled))
    if layout.total_row is not None:
        found.append(Problem(str(layout.total_row + 1), "total_row_in_data", row=layout.total_row + 1))
    return found


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
