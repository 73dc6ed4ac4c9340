"""Everything in a delivered file that could carry personal data: the table, its names, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from datasets.ingest.column_types import RawColumn
from datasets.ingest.delivery import Delivery
from datasets.ingest.personal_data.searching import find_in_texts, find_personal_data
from datasets.ingest.raw_table import Row
from datasets.ingest.reading import Finding

NAMES_PLACE = "列名"
LINES_PLACE = "表外文字"
SHEETS_PLACE = "工作表名"
ROWS_A_TIME = 10_000
NUMBERS = frozenset({"integer", "decimal"})


@dataclass(frozen=True, slots=True)
class FileFindings:
    """`table` stands in the rows and names that would be published; `outside` in the delivered file alone."""

    table: list[Finding]
    outside: list[Finding]


def search_file(delivery: Delivery) -> FileFindings:
    """Search all rows and the names of the columns; then rows and columns beside the table, sheets, comments."""
    names = [heading.name for heading in delivery.headings]
    connection = delivery.table.connection
    table = find_in_columns(delivery, names) + find_in_texts(connection, NAMES_PLACE, names)
    around = [
        (LINES_PLACE, list(_rows_around(delivery))),
        (SHEETS_PLACE, [sheet.name for sheet in delivery.source.sheets]),
        *delivery.source.texts,
    ]
    outside = find_personal_data(delivery.table, _columns_around(delivery), delivery.bounds)
    for place, texts in around:
        outside += find_in_texts(connection, place, texts)
    return FileFindings(table, outside)


def _rows_around(delivery: Delivery) -> Iterator[str]:
    """Titles, notes and whatever else stands above, below and between the rows of the table, a line each."""
    layout, table = delivery.layout, delivery.table
    for start, end in ((0, layout.first_row), (layout.last_row + 1, table.row_count())):
        for at in range(start, end, ROWS_A_TIME):
            yield from map(_line, table.rows(at, min(ROWS_A_TIME, end - at)))
    yield from map(_line, table.rows_at(layout.left_out))


def _line(row: Row) -> str:
    return " ".join(cell for cell in row if cell)


def _columns_around(delivery: Delivery) -> list[RawColumn]:
    used = {heading.position for heading in delivery.headings}
    return [RawColumn(at, LINES_PLACE) for at in range(delivery.table.width) if at not in used]


def find_in_columns(delivery: Delivery, names: list[str]) -> list[Finding]:
    """Search the columns of these names in all rows."""
    columns = [
        (column, kind.type)
        for column, kind in zip(delivery.raw_columns, delivery.types, strict=True)
        if column.name in names
    ]
    return find_personal_data(
        delivery.table,
        [column for column, kind in columns if kind == "text"],
        delivery.where,
        numbers=[column for column, kind in columns if kind in NUMBERS],
    )
