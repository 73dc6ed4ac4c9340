"""Facts about every column of a row store, computed once per data version: never at a visitor's request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from datasets.columns import Column
from datasets.rows import printed_cell, typed_cell

TOP_VALUES = 12
TOP_COLUMNS = 120
"""Columns for which the commonest values are counted."""
FEW = 60
LONGEST = 80
"""Characters of a value that a profile quotes."""
COLUMNS_A_PASS = 200
FACTS = 5


def profile_columns(connection: Any, data: str, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Per column of the table `data`: {"blank_count", "distinct", "least", "greatest", "mean"?, "top"?}.

    "distinct" is DuckDB's estimate; "top" lists [value, count] where there are few values; "least", "greatest" and
    "mean" of a text column with a shadow are those of the shadow.
    """
    facts: list[dict[str, Any]] = []
    for start in range(0, len(columns), COLUMNS_A_PASS):
        facts += _facts(connection, data, columns[start : start + COLUMNS_A_PASS])
    for column, fact in zip(columns[:TOP_COLUMNS], facts, strict=False):
        if 0 < fact["distinct"] <= FEW:
            fact["top"] = _top(connection, data, column)
    return facts


def _facts(connection: Any, data: str, columns: Sequence[Column]) -> list[dict[str, Any]]:
    asked = ["count(*)"]
    for column in columns:
        stored, typed = column.physical, typed_cell(column)
        is_number = {column.type, column.shadow_type} & {"integer", "decimal"}
        mean = f"avg(CAST({typed} AS DOUBLE))" if is_number else "NULL"
        asked += [f"count({stored})", f"approx_count_distinct({stored})", f"min({typed})", f"max({typed})", mean]
    row = connection.execute(f"SELECT {', '.join(asked)} FROM {data}").fetchone()
    groups = [row[1 + FACTS * index : 1 + FACTS * (index + 1)] for index in range(len(columns))]
    return [_fact(row[0], group) for group in groups]


def _fact(rows: int, group: Sequence[Any]) -> dict[str, Any]:
    filled, distinct, least, greatest, mean = group
    fact: dict[str, Any] = {
        "blank_count": rows - filled,
        "distinct": min(distinct, filled),
        "least": _plain(least),
        "greatest": _plain(greatest),
    }
    return fact if mean is None else {**fact, "mean": round(mean, 6)}


def _top(connection: Any, data: str, column: Column) -> list[list[Any]]:
    value = printed_cell(column)
    found = connection.execute(
        f"SELECT {value} AS value, count(*) AS times FROM {data} WHERE {column.physical} IS NOT NULL"
        f" GROUP BY 1 ORDER BY times DESC, value LIMIT {TOP_VALUES}"
    )
    return [[text[:LONGEST], count] for text, count in found.fetchall()]


def _plain(value: object) -> str | int | float | None:
    if isinstance(value, bool | dt.date | Decimal):
        return str(value)
    if isinstance(value, str):
        return value[:LONGEST]
    return value if isinstance(value, int | float) else None
