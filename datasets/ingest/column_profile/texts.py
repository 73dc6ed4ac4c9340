"""What texts look like: how long they are, and their commonest patterns."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

from datasets.columns import Column
from datasets.ingest.column_profile.printing import Fact

PATTERNS = 3
PATTERN_CELLS = 20_000
"""Cells of a column that are looked at for their patterns, spread over the table."""
PATTERN_LENGTH = 40
"""Signs of a pattern; what is longer is cut."""
SIGNS = string.digits + string.ascii_uppercase + string.ascii_lowercase
CLASSES = "9" * 10 + "A" * 26 + "a" * 26


def length_sql(column: Column) -> str:
    """Three aggregates: the shortest, the mean and the longest text; NULL for other types."""
    if column.type != "text":
        return "NULL, NULL, NULL"
    length = f"length({column.physical})"
    return f"min({length}), avg({length}), max({length})"


def pattern_sql(cell: str) -> str:
    """SQL: the pattern of the text `cell`, such as 9999-99-99, A99999 or 汉汉汉."""
    return f"regexp_replace(translate({cell}[1:{PATTERN_LENGTH}], '{SIGNS}', '{CLASSES}'), '[\\p{{Han}}]', '汉', 'g')"


def add_patterns(connection: Any, data: str, detailed: Sequence[tuple[Column, Fact]]) -> None:
    """Give the facts of text columns their "patterns" with the share of the filled cells looked at."""
    every = -(-connection.execute(f"SELECT count(*) FROM {data}").fetchone()[0] // PATTERN_CELLS)
    for column, fact in detailed:
        if column.type != "text":
            continue
        cell = column.physical
        found = connection.execute(
            f"SELECT {pattern_sql('cell')} AS pattern, count(*) AS times, sum(count(*)) OVER () FROM"
            f" (SELECT {cell} AS cell FROM {data} WHERE {cell} IS NOT NULL AND rowid % {every} = 0)"
            f" GROUP BY 1 ORDER BY times DESC, pattern LIMIT {PATTERNS}"
        ).fetchall()
        if found:
            fact["patterns"] = [[pattern, round(times / int(total), 4)] for pattern, times, total in found]
