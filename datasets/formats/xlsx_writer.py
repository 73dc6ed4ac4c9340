"""Rows as an Excel workbook of one sheet. Text is always text: no formula, no link, no lost zero in an ID.

Integers, decimals and days are numbers of Excel with a format that shows them as they were delivered. Integers of more
than fifteen digits, which Excel would round, are text. A cell longer than Excel allows (32,767 signs) is cut and ends
in "…".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from datasets.columns import Column
from datasets.rows import Selection, open_rows

MAX_CELL = 32_767
MAX_EXACT = 10**15
FIRST_DAY = dt.date(1900, 3, 1)
"""Excel counts a 29 February 1900; days before are written as text."""
BATCH = 2000
CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001  a fixed moment, so that equal rows give equal bytes
MIN_WIDTH, MAX_WIDTH = 8, 40


def write_rows(
    store: Path, columns: Sequence[Column], target: Path, *, rows: Selection, spill: Path | None = None
) -> int:
    """Write the rows of the row store at `store` to the new file `target`; gives their number. O(rows), slow."""
    import xlsxwriter

    options = {"constant_memory": True, "tmpdir": str(spill) if spill else None, "use_zip64": True}
    count = 0
    selected = ", ".join(column.physical for column in columns)
    with open_rows(store, spill=spill) as connection, xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"created": CREATED})
        sheet = _start_sheet(book, columns)
        result = connection.execute(f"SELECT {selected} FROM {rows.source}{rows.tail()}", list(rows.params))
        scales = [_scale(description[1]) for description in result.description or []]
        writers = [
            _writer(book, sheet, place, column, scale)
            for place, (column, scale) in enumerate(zip(columns, scales, strict=True))
        ]
        while batch := result.fetchmany(BATCH):
            for row in batch:
                count += 1
                for write, value in zip(writers, row, strict=True):
                    if value is not None:
                        write(count, value)
    return count


def _start_sheet(book: Any, columns: Sequence[Column]) -> Any:
    """A sheet with its bold, frozen header."""
    sheet = book.add_worksheet("数据")
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _width(column))
        sheet.write_string(0, place, _fit(column.name), bold)
    return sheet


def _writer(book: Any, sheet: Any, place: int, column: Column, scale: int | None) -> Callable[[int, Any], object]:
    """A function that writes one cell of `column` into a row."""
    match column.type:
        case "integer" | "decimal":
            shown = book.add_format({"num_format": "0." + "0" * scale if scale else "General"})
            return lambda row, value: _write_number(sheet, row, place, value, shown)
        case "boolean":
            return lambda row, value: sheet.write_boolean(row, place, value)
        case "date" | "datetime":
            pattern = "yyyy-mm-dd" if column.type == "date" else "yyyy-mm-dd hh:mm:ss"
            shown = book.add_format({"num_format": pattern})
            return lambda row, value: _write_day(sheet, row, place, value, shown)
        case _:
            return lambda row, value: sheet.write_string(row, place, _fit(value))


def _write_number(sheet: Any, row: int, place: int, value: float | Decimal, shown: Any) -> None:
    if abs(float(value)) >= MAX_EXACT:  # Excel keeps fifteen digits
        sheet.write_string(row, place, str(value))
    else:
        sheet.write_number(row, place, value, shown)


def _write_day(sheet: Any, row: int, place: int, value: dt.date, shown: Any) -> None:
    day = value.date() if isinstance(value, dt.datetime) else value
    if day < FIRST_DAY:
        sheet.write_string(row, place, str(value))
    else:
        sheet.write_datetime(row, place, value, shown)


def _fit(text: str) -> str:
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"


def _width(column: Column) -> int:
    """Wide enough for the header, in which a Chinese sign takes two places."""
    places = sum(1 if sign.isascii() else 2 for sign in column.name) + 2
    return min(max(places, MIN_WIDTH), MAX_WIDTH)


def _scale(sql_type: object) -> int | None:
    """Digits after the point of a DECIMAL(18,2); None for other types."""
    text = str(sql_type)
    return int(text.rstrip(")").rsplit(",", 1)[1]) if text.startswith("DECIMAL") else None
