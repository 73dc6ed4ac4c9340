"""The profile of a table: counts of all columns in one pass, then what only some columns have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasets.columns import Column
from datasets.ingest.column_profile.figures import add_histogram, add_quantiles, spread_sql
from datasets.ingest.column_profile.printing import LONGEST, Fact, is_counted_with, plain
from datasets.ingest.column_profile.texts import add_patterns, length_sql
from datasets.rows import printed_cell, typed_cell

DETAILED = 120
"""Columns that get more than their counts."""
DETAILED_CELLS = 500_000_000
"""Cells of which the details are computed: in longer tables fewer columns get them, so that the time stays bounded."""
TOP_VALUES = 12
MANY = 50_000
"""Different values, by estimate, up to which they are counted one by one: that gives the commonest and their number."""
SAMPLE_ROWS = 100_000
"""Rows of longer tables that quantiles and patterns are taken from."""
COLUMNS_A_PASS = 200
COUNTS = 4
DETAILS = 5


def profile_columns(connection: Any, data: str, columns: Sequence[Column]) -> list[Fact]:
    """The facts, as the package describes them, about `columns` of the table `data`. O(rows × columns)."""
    rows = int(connection.execute(f"SELECT count(*) FROM {data}").fetchone()[0])
    facts: list[Fact] = []
    for start in range(0, len(columns), COLUMNS_A_PASS):
        facts += _count(connection, data, columns[start : start + COLUMNS_A_PASS], rows)
    pairs = zip(columns[: _detailed(rows)], facts, strict=False)
    detailed = [(column, fact) for column, fact in pairs if fact["count"]]
    if not detailed:
        return facts
    _add_details(connection, data, detailed)
    for column, fact in detailed:
        if fact["distinct"] <= MANY:
            _add_top(connection, data, column, fact)
        if is_counted_with(column):
            add_histogram(connection, data, column, fact)
    _add_sampled(connection, data, detailed, rows)
    return facts


def _detailed(rows: int) -> int:
    return min(DETAILED, max(1, DETAILED_CELLS // max(1, rows)))


def _count(connection: Any, data: str, columns: Sequence[Column], rows: int) -> list[Fact]:
    asked = []
    for column in columns:
        stored, typed = column.physical, typed_cell(column)
        asked += [f"count({stored})", f"approx_count_distinct({stored})", f"min({typed})", f"max({typed})"]
    found = connection.execute(f"SELECT {', '.join(asked)} FROM {data}").fetchone()
    groups = [found[COUNTS * index : COUNTS * (index + 1)] for index in range(len(columns))]
    return [
        {
            "count": filled,
            "blank_count": rows - filled,
            "distinct": min(distinct, filled),
            "is_estimate": distinct > 0,
            "least": plain(least),
            "greatest": plain(greatest),
        }
        for filled, distinct, least, greatest in groups
    ]


def _add_details(connection: Any, data: str, detailed: Sequence[tuple[Column, Fact]]) -> None:
    """ "mean", "std" and "length" in one pass."""
    asked = ", ".join(f"{spread_sql(column)}, {length_sql(column)}" for column, _ in detailed)
    found = connection.execute(f"SELECT {asked} FROM {data}").fetchone()
    for index, (_, fact) in enumerate(detailed):
        mean, std, shortest, usual, longest = found[DETAILS * index : DETAILS * (index + 1)]
        if mean is not None:
            fact |= {"mean": round(mean, 6), "std": round(std, 6)}
        if longest is not None:
            fact["length"] = [shortest, round(usual, 2), longest]


def _add_top(connection: Any, data: str, column: Column, fact: Fact) -> None:
    """Count the values one by one: the commonest of them, and how many there are, exactly."""
    value = printed_cell(column)
    found = connection.execute(
        f"SELECT {value} AS value, times, count(*) OVER () FROM (SELECT {column.physical}, count(*) AS times"
        f" FROM {data} WHERE {column.physical} IS NOT NULL GROUP BY 1) ORDER BY times DESC, value LIMIT {TOP_VALUES}"
    ).fetchall()
    fact |= {"distinct": found[0][2], "is_estimate": False}
    if found[0][1] > 1:
        fact["top"] = [[text[:LONGEST], times] for text, times, _ in found]


def _add_sampled(connection: Any, data: str, detailed: Sequence[tuple[Column, Fact]], rows: int) -> None:
    """ "quantiles" and "patterns", of all rows or of a sample that does not change from one run to the next."""
    if rows <= SAMPLE_ROWS:
        add_quantiles(connection, data, detailed)
        add_patterns(connection, data, detailed)
        return
    names = ", ".join({name: "" for column, _ in detailed for name in (column.physical, typed_cell(column))})
    every = -(-rows // SAMPLE_ROWS)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE profile_sample AS SELECT {names} FROM {data} WHERE hash(_row) % {every} = 0"
    )
    try:
        size = connection.execute("SELECT count(*) FROM profile_sample").fetchone()[0]
        add_quantiles(connection, "profile_sample", detailed)
        add_patterns(connection, "profile_sample", detailed)
    finally:
        connection.execute("DROP TABLE profile_sample")
    for _, fact in detailed:
        if fact.keys() & {"quantiles", "patterns"}:
            fact["sample"] = size
