"""A grouped answer as people read it: means cut to four places, days of the week by name, the first measure as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from datasets.query.grouping import Grouping

WEEKDAYS: dict[str, tuple[str, str]] = {
    "1": ("星期一", "Monday"),
    "2": ("星期二", "Tuesday"),
    "3": ("星期三", "Wednesday"),
    "4": ("星期四", "Thursday"),
    "5": ("星期五", "Friday"),
    "6": ("星期六", "Saturday"),
    "7": ("星期日", "Sunday"),
}
"""What the bucket `weekday` gives (Chinese, English)."""
MEAN_PLACES = Decimal("0.0001")
INEXACT = frozenset({"mean", "median"})
"""Measures whose many places behind the point say nothing."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Lengths of bars, 0 to 1, for each row of the page; they show the column `index`."""

    index: int
    shares: list[float]


def shown_groups(grouping: Grouping, rows: Sequence[Sequence[Any]], language: str) -> list[list[Any]]:
    """The cells of an answer as text, made readable."""
    first = len(grouping.keys)
    weekdays = {place for place, key in enumerate(grouping.keys) if key.bucket_key == "weekday"}
    means = {first + place for place, one in enumerate(grouping.measures) if one.kind_key in INEXACT}
    return [
        [
            _weekday(cell, language) if place in weekdays else _short(cell) if place in means else cell
            for place, cell in enumerate(row)
        ]
        for row in rows
    ]


def make_bars(grouping: Grouping, rows: Sequence[Sequence[Any]]) -> Bars | None:
    """Bars of the first measure against the greatest on the page; None for one row, for texts and negative numbers."""
    index = len(grouping.keys)
    if len(rows) < 2 or grouping.result_columns()[index].type not in ("integer", "decimal"):
        return None
    values = [_number(row[index]) for row in rows]
    greatest = max(values)
    if min(values) < 0 or greatest <= 0:
        return None
    return Bars(index, [float(value / greatest) for value in values])


def _number(cell: str | None) -> Decimal:
    try:
        found = Decimal(cell or "0")
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def _short(cell: str | None) -> str | None:
    if cell is None:
        return None
    number = _number(cell)
    if abs(number) >= 10**15:
        return cell
    text = f"{number.quantize(MEAN_PLACES):f}"
    return text.rstrip("0").rstrip(".") if number.quantize(MEAN_PLACES) or not number else cell


def _weekday(cell: str | None, language: str) -> str | None:
    names = WEEKDAYS.get(cell or "")
    return (names[1] if language == "en" else names[0]) if names else cell
