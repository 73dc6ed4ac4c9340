"""Values of a profile as JSON holds them, and which columns are numbers or days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from datasets.columns import Column

Fact = dict[str, Any]
LONGEST = 80
"""Signs of a value that a profile quotes."""
NUMBERS = frozenset({"integer", "decimal"})
DAYS = frozenset({"date", "datetime"})


def kind_of(column: Column) -> str:
    """The type that the column is compared as."""
    return column.shadow_type or column.type


def is_number(column: Column) -> bool:
    """Whether the column is counted with: codes are not, even where they are compared as numbers."""
    return kind_of(column) in NUMBERS and column.recognised != "code"


def is_counted_with(column: Column) -> bool:
    """Whether the column has figures: numbers and days."""
    return is_number(column) or kind_of(column) in DAYS


def plain(value: object) -> str | int | float | None:
    """A cell's value: numbers as numbers, exact decimals, days and truth as text."""
    if isinstance(value, bool | dt.date | Decimal):
        return str(value)
    if isinstance(value, str):
        return value[:LONGEST]
    return value if isinstance(value, int | float) else None
